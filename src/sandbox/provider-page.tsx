import type { ComponentChildren } from 'preact'
import { formatRupiah, type Money } from '../base/money.ts'
import { renderPage } from '../pages/document.tsx'
import { ErrorSummary } from '../pages/field.tsx'
import { Glyph, type GlyphName } from '../pages/glyph.tsx'
import type { Language } from '../pages/language.ts'
import { BankShell } from '../pages/shell.tsx'
import { providerTexts } from './provider-texts.ts'

/** Whose page it is, and where it is read again. */
export interface ProviderPage {
  readonly language: Language
  /** By GET, its query without a language; null where no GET leads here. */
  readonly path: string | null
}

/** What a bank, counter or wallet knows of an order that it is to be paid for. */
export interface Bill {
  readonly merchantName: string
  /** Null where each payment becomes an order of its own. */
  readonly orderId: string | null
  readonly customer: string | null
  readonly description: string | null
  /** Null where any amount is taken. */
  readonly amount: Money | null
}

/** What is due for an order. */
export type OrderBill = Bill & { readonly orderId: string; readonly amount: Money }

/** A page of the other side: its sign, one slab, and nothing of Gerbang's own. */
export function renderProvider(
  { language, path }: ProviderPage,
  { title, name, glyph }: { readonly title: string; readonly name: string; readonly glyph: GlyphName },
  children: ComponentChildren,
): Buffer {
  return renderPage(
    <BankShell language={language} path={path} name={name} glyph={glyph} strip={providerTexts(language).strip}>
      <section class="slab">{children}</section>
    </BankShell>,
    { title: `${title} · ${name}`, language, skin: 'bank' },
  )
}

/** A number as people read it aloud, and as it breaks on a small screen. */
export function grouped(code: string): string {
  return code.replace(/(.{4})(?=.)/g, '$1 ')
}

/** Rows of a bill or a receipt; what is not known has none. */
export function Rows({ rows }: { rows: readonly (readonly [name: string, value: string | null])[] }) {
  return (
    <dl class="receipt">
      {rows.map(([name, value]) =>
        value === null ? null : (
          <div>
            <dt>{name}</dt>
            <dd class="digits">{value}</dd>
          </div>
        ),
      )}
    </dl>
  )
}

export function BillRows({
  language,
  bill,
  more = [],
}: {
  language: Language
  bill: Bill
  more?: readonly (readonly [string, string | null])[]
}) {
  const { screen } = providerTexts(language)
  return (
    <Rows
      rows={[
        [screen.merchant, bill.merchantName],
        [screen.customer, bill.customer],
        [screen.description, bill.description],
        [screen.orderId, bill.orderId],
        ...more,
        [screen.amount, bill.amount === null ? screen.anyAmount : formatRupiah(bill.amount)],
      ]}
    />
  )
}

/** What is wrong with a field, at the field. */
export function FieldError({ id, text }: { id: string; text: string | null }) {
  return text === null ? null : (
    <p class="error" id={`${id}-error`}>
      <Glyph name="warning" />
      <span>{text}</span>
    </p>
  )
}

/** All that is wrong, above the form, with a link to each field. */
export function Mistakes({
  language,
  all,
}: {
  language: Language
  all: readonly (readonly [field: string, text: string | null])[]
}) {
  const found = all.filter(([, text]) => text !== null)
  if (found.length === 0) return null
  return (
    <ErrorSummary heading={providerTexts(language).errorHeading}>
      {found.map(([field, text]) => (
        <p>
          <a href={`#${field}`}>{text}</a>
        </p>
      ))}
    </ErrorSummary>
  )
}

/** The button of a form that goes once. */
export function Send({
  language,
  label,
  quiet = false,
  name,
  value,
}: {
  language: Language
  label: string
  quiet?: boolean
  name?: string
  value?: string
}) {
  return (
    <button
      class={quiet ? 'button quiet' : 'button'}
      type="submit"
      name={name}
      value={value}
      data-busy={providerTexts(language).busy}
    >
      <span data-label>{label}</span>
    </button>
  )
}

/** Money that comes although it should be refused. */
export function AllTheSame({ language, children }: { language: Language; children: ComponentChildren }) {
  const { screen } = providerTexts(language)
  return (
    <>
      <h2 class="how">{screen.allTheSame}</h2>
      <p class="lead small-print">{screen.allTheSameText}</p>
      {children}
    </>
  )
}

/** A link out of the page. */
export function Back({ href, text }: { href: string; text: string }) {
  return (
    <p class="back">
      <a href={href}>
        <Glyph name="arrow" />
        <span>{text}</span>
      </a>
    </p>
  )
}

/** A page that says one thing. */
export function messagePage(
  page: ProviderPage,
  sign: { readonly name: string; readonly glyph: GlyphName },
  { title, text }: { readonly title: string; readonly text: string },
  back: { readonly href: string; readonly text: string } | null,
): Buffer {
  return renderProvider(
    page,
    { title, ...sign },
    <>
      <h1>{title}</h1>
      <p class="lead">{text}</p>
      {back === null ? null : <Back {...back} />}
    </>,
  )
}
