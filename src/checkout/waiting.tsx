import type { ComponentChildren } from 'preact'
import { formatRupiah } from '../base/money.ts'
import { channelOf } from '../channel/catalogue.ts'
import { MoneyLine, Submit } from '../pages/field.tsx'
import { Glyph } from '../pages/glyph.tsx'
import { phrases } from '../pages/language.ts'
import { Gate } from '../pages/mark.tsx'
import { instructionsFor } from './instructions.ts'
import type { CheckoutPage, CodeStep, QrStep, WalletStep } from './view.ts'

export type WaitingStep = CodeStep | QrStep | WalletStep

interface WaitingProps {
  readonly page: CheckoutPage
  readonly step: WaitingStep
}

/** The channel as payers know it. */
export function methodOf({ language }: Pick<CheckoutPage, 'language'>, step: Pick<WaitingStep, 'channel'>): string {
  return channelOf(step.channel).name[language]
}

/** The half of the page while the payer pays elsewhere: what to do, how it stands, how it is done, and ways out. */
export function Waiting({
  page,
  step,
  heading,
  code = '',
  children,
}: WaitingProps & { heading: string; code?: string; children: ComponentChildren }) {
  const { language, action, amount } = page
  const { ways, processing } = phrases(language)
  const { waiting } = ways
  const instructions = instructionsFor(step.channel, language, { code, amount: formatRupiah(amount) })
  return (
    <section class="slab work" data-poll={step.statusUrl} data-state={step.state} data-slowest="30000">
      {step.kind === 'wallet' ? <Gate state="waiting" /> : null}
      <h1>{heading}</h1>
      {children}
      <p class="notice bad" role="alert" data-lost hidden>
        {processing.lost}
      </p>
      <MoneyLine>{waiting.notYet}</MoneyLine>
      <p class="lead small-print">
        {waiting.byItself} <a href={`${action}?lang=${language}`}>{waiting.check}</a>
      </p>
      <h2 class="how">{waiting.how}</h2>
      {instructions.map(({ title, steps }) => (
        <details class="steps" open={instructions.length === 1} data-printed>
          <summary>
            <span>{title}</span>
            <Glyph name="chevron" />
          </summary>
          <ol>
            {steps.map((each) => (
              <li>{each}</li>
            ))}
          </ol>
        </details>
      ))}
      {step.kind === 'wallet' ? null : (
        <div class="actions">
          <button class="button quiet" type="button" data-print hidden>
            {waiting.print}
          </button>
        </div>
      )}
      {step.changeable ? <Change page={page} step={step} /> : null}
    </section>
  )
}

/** Gives up this way to pay, for a payer who would rather use another. */
function Change({ page: { language, action }, step }: WaitingProps) {
  const { waiting } = phrases(language).ways
  return (
    <form class="change" method="post" action={`${action}/change`} data-once>
      <input type="hidden" name="formNo" value={String(step.formNo)} />
      <input type="hidden" name="lang" value={language} />
      <Submit language={language} label={waiting.change} busy={waiting.changing} quiet />
      <p class="hint">{waiting.changeHint}</p>
    </form>
  )
}

/** A value that is typed in elsewhere, large, with a button that copies it. */
export function Typed({
  page: { language },
  label,
  copy,
  copyLabel,
  hint,
  children,
}: {
  page: CheckoutPage
  label: string
  /** What the button copies: the value without its gaps. */
  copy: string
  copyLabel: string
  hint?: string
  children: ComponentChildren
}) {
  return (
    <div class="typed">
      <dt>{label}</dt>
      <dd>
        <span class="value digits">{children}</span>
        <button
          class="button quiet small"
          type="button"
          data-copy={copy}
          data-copied={phrases(language).page.copied}
          hidden
        >
          <span data-label>{copyLabel}</span>
        </button>
      </dd>
      {hint === undefined ? null : <dd class="hint">{hint}</dd>}
    </div>
  )
}

/** The exact amount; where it is typed in as well, with what becomes of another. */
export function ExactAmount({ page, isTyped }: { page: CheckoutPage; isTyped: boolean }) {
  const { waiting } = phrases(page.language).ways
  return (
    <Typed
      page={page}
      label={waiting.amount}
      copy={String(page.amount.minor)}
      copyLabel={waiting.copyAmount}
      {...(isTyped && { hint: waiting.exact })}
    >
      {formatRupiah(page.amount)}
    </Typed>
  )
}
