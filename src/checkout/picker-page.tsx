import { channelOf, type Family } from '../channel/catalogue.ts'
import { ErrorSummary, Field, Submit } from '../pages/field.tsx'
import { Glyph, type GlyphName } from '../pages/glyph.tsx'
import { phrases } from '../pages/language.ts'
import { Refused } from './card-form-page.tsx'
import type { CheckoutPage, PickerMethod, PickerStep } from './view.ts'
import { methodOf } from './waiting.tsx'

/** The families as payers think of them, in the order in which they are offered, each with its drawing. */
const families: readonly (readonly [Family, GlyphName])[] = [
  ['virtual-account', 'bank'],
  ['qris', 'qr'],
  ['wallet', 'wallet'],
  ['paycode', 'shop'],
  ['card', 'card'],
  ['paylater', 'calendar'],
  ['internet-banking', 'screen'],
  ['direct-debit', 'debit'],
  ['cross-border-qr', 'globe'],
]

/** So many methods are seen at a glance; of more, families are closed until they are asked for. */
const glance = 6

interface PickerProps {
  readonly page: CheckoutPage
  readonly step: PickerStep
}

/** The half of the page where the payer chooses how to pay. */
export function Picker({ page, step }: PickerProps) {
  const { page: common, ways } = phrases(page.language)
  const { picker } = ways
  const remembered = step.methods.find(({ channel }) => channel === step.remembered)
  const others = step.methods.filter((method) => method !== remembered)
  return (
    <section class="slab work">
      <WhatWentWrong page={page} step={step} />
      <h1>{picker.heading}</h1>
      <p class="notice bad" role="alert" data-offline hidden>
        {common.offline}
      </p>
      {remembered ? (
        <>
          <h2 class="picks-head">{picker.remembered}</h2>
          <ul class="picks">
            <Pick page={page} step={step} method={remembered} isAlone />
          </ul>
          {others.length > 0 ? <h2 class="picks-head">{picker.others}</h2> : null}
        </>
      ) : null}
      <ul class="picks">
        {families.map(([family, glyph]) => {
          const methods = others.filter(({ channel }) => familyOf(channel) === family)
          if (methods.length === 0) return null
          return methods.length === 1 ? (
            methods.map((method) => <Pick page={page} step={step} method={method} isAlone />)
          ) : (
            <Group
              page={page}
              step={step}
              family={family}
              glyph={glyph}
              methods={methods}
              isOpen={others.length <= glance}
            />
          )
        })}
      </ul>
    </section>
  )
}

function familyOf(channel: PickerMethod['channel']): Family {
  return channelOf(channel).family
}

function WhatWentWrong({ page, step: { errors, refusal, methods } }: PickerProps) {
  const { language } = page
  const { card, ways } = phrases(language)
  const { picker, account } = ways
  if (refusal) return <Refused language={language} refusal={refusal} />
  if (errors.method) {
    return (
      <ErrorSummary heading={picker.errorHeadings[errors.method]}>
        <p>
          <span class="money">{card.errorIntro}</span> {picker.errors[errors.method]}
        </p>
      </ErrorSummary>
    )
  }
  const asks = methods.find(({ channel }) => channel === errors.account?.channel)?.asks
  if (!errors.account || !asks) return null
  return (
    <ErrorSummary heading={card.errorHeading}>
      <p>
        <a href={`#account-${errors.account.channel}`}>{account[asks][errors.account.fault]}</a>
      </p>
      <p class="money">{card.errorIntro}</p>
    </ErrorSummary>
  )
}

/** A family's methods, behind a line that names the first of them. */
function Group({
  page,
  step,
  family,
  glyph,
  methods,
  isOpen,
}: PickerProps & { family: Family; glyph: GlyphName; methods: readonly PickerMethod[]; isOpen: boolean }) {
  const { picker } = phrases(page.language).ways
  const names = methods.map((method) => shortName(page, method))
  const shown = names.length > 4 ? `${names.slice(0, 3).join(', ')} ${picker.more(names.length - 3)}` : names.join(', ')
  const isAtFault = methods.some(({ channel }) => channel === step.errors.account?.channel)
  return (
    <li>
      <details class="pick-group" open={isOpen || isAtFault}>
        <summary class="pick">
          <Glyph name={glyph} />
          <span>
            <strong>{picker.families[family]}</strong>
            <span class="soft">{shown}</span>
          </span>
          <Glyph name="chevron" />
        </summary>
        <ul class="picks">
          {methods.map((method) => (
            <Pick page={page} step={step} method={method} isAlone={false} />
          ))}
        </ul>
      </details>
    </li>
  )
}

/** Within virtual accounts the bank's name is enough. */
function shortName(page: CheckoutPage, method: PickerMethod): string {
  return methodOf(page, method).replace(/ Virtual Account$/, '')
}

/** One method: a button that goes on with it, or the field for the payer's name there. */
function Pick({ page, step, method, isAlone }: PickerProps & { method: PickerMethod; isAlone: boolean }) {
  const { language, action } = page
  const { picker, account } = phrases(language).ways
  const { channel, asks } = method
  const family = familyOf(channel)
  const glyph = families.find(([each]) => each === family)?.[1]
  const name = isAlone ? methodOf(page, method) : shortName(page, method)
  const head = (soft: string | null) => (
    <>
      {isAlone && glyph ? <Glyph name={glyph} /> : null}
      <span>
        <strong data-label>{name}</strong>
        {soft === null ? null : <span class="soft">{soft}</span>}
      </span>
    </>
  )
  const fields = (
    <>
      <input type="hidden" name="formNo" value={String(step.formNo)} />
      <input type="hidden" name="method" value={channel} />
      <input type="hidden" name="lang" value={language} />
    </>
  )
  if (asks === null) {
    return (
      <li>
        <form method="post" action={`${action}/method`} data-once>
          {fields}
          <button class="pick" type="submit" data-busy={picker.busy}>
            {head(isAlone ? picker.hints[family] : null)}
            <Glyph name="next" />
          </button>
        </form>
      </li>
    )
  }
  const words = account[asks]
  const fault = step.errors.account?.channel === channel ? step.errors.account.fault : null
  return (
    <li>
      <details class="pick-group" open={fault !== null || channel === step.remembered}>
        <summary class="pick">
          {head(words.asked)}
          <Glyph name="chevron" />
        </summary>
        <form class="ask" method="post" action={`${action}/method`} noValidate data-once>
          {fields}
          <Field
            name="account"
            id={`account-${channel}`}
            label={words.label(methodOf(page, method))}
            hint={words.hint}
            error={fault === null ? null : words[fault]}
            missing={words.missing}
            invalid={words.invalid}
            input={{
              value: method.account,
              maxLength: 40,
              'data-check': asks,
              inputMode: asks === 'phone' ? 'tel' : 'text',
              autoComplete: asks === 'phone' ? 'tel' : 'off',
            }}
          />
          <div class="actions">
            <Submit language={language} label={picker.goOn(methodOf(page, method))} busy={picker.busy} />
          </div>
        </form>
      </details>
    </li>
  )
}
