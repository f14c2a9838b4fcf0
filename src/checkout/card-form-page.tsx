import type { ComponentChildren } from 'preact'
import { formatRupiah, formatWhole } from '../base/money.ts'
import { brandOf } from '../pages/card-brand.ts'
import { ErrorSummary, Field, MoneyLine, Submit } from '../pages/field.tsx'
import { Glyph } from '../pages/glyph.tsx'
import { kept } from '../pages/kept.ts'
import { type Language, phrases } from '../pages/language.ts'
import { Agreement } from './recurring.tsx'
import type {
  AcceptedCards,
  CardFormErrors,
  CardFormStep,
  CheckoutPage,
  CvvFormStep,
  PointsView,
  Refusal,
} from './view.ts'

/** The half of the page where a card is typed in. */
export function CardForm({ page, step }: { page: CheckoutPage; step: CardFormStep }) {
  const { language, action, amount, merchantName } = page
  const { card } = phrases(language)
  return (
    <section class="slab work">
      <WhatWentWrong page={page} step={step} />
      <h1>{step.picker ? card.pickerHeading : card.heading}</h1>
      {step.changeable ? <OtherWay page={page} /> : null}
      {step.picker ? (
        <ul class="methods">
          <li aria-current="true">
            <Glyph name="card" />
            <span>
              <strong>{card.method}</strong>
              <span class="soft">{card.methodHint}</span>
            </span>
          </li>
        </ul>
      ) : null}
      <form method="post" action={action} noValidate data-once>
        <input type="hidden" name="formNo" value={String(step.formNo)} />
        <input type="hidden" name="lang" value={language} />
        <BrowserData />
        {isFirst(step) ? emptyFields(language) : <CardFields language={language} step={step} />}
        {step.points ? (
          <Points
            language={language}
            points={step.points}
            isTicked={step.values.points}
            {...(step.errors.points && { error: step.errors.points })}
          />
        ) : null}
        <Keeping page={page} step={step} />
        <div class="actions">
          <Submit language={language} label={card.pay(formatRupiah(amount))} busy={card.busy}>
            <Glyph name="lock" />
          </Submit>
        </div>
        <p class="assurance">
          <Glyph name="shield" />
          <span>{card.privacy(merchantName)}</span>
        </p>
      </form>
    </section>
  )
}

/** The way back to the picker, for a payer who came from there. */
export function OtherWay({ page: { language, action } }: { page: CheckoutPage }) {
  return (
    <p class="other-way">
      <a href={`${action}?lang=${language}&methods=1`}>{phrases(language).ways.waiting.change}</a>
    </p>
  )
}

/** Why the payer sees a form again, above it. */
export function WhatWentWrong({
  page: { language, testCardsUrl },
  step,
}: {
  page: CheckoutPage
  step: Pick<CardFormStep, 'refusal' | 'errors'>
}) {
  const { card, errors, page } = phrases(language)
  if (step.refusal) return <Refused language={language} refusal={step.refusal} />
  const { number, expiry, cvv, name, points } = step.errors
  const mistakes = [
    ...(number ? [{ field: 'number', text: errors.number[number] }] : []),
    ...(expiry ? [{ field: 'expiry', text: errors.expiry[expiry] }] : []),
    ...(cvv ? [{ field: 'cvv', text: errors.cvv[cvv] }] : []),
    ...(name ? [{ field: 'name', text: errors.name[name] }] : []),
    ...(points ? [{ field: 'points', text: errors.points[points] }] : []),
  ]
  if (mistakes.length === 0) return null
  return (
    <ErrorSummary heading={card.errorHeading}>
      <ul>
        {mistakes.map(({ field, text }) => (
          <li>
            <a href={`#${field}`}>{text}</a>
          </li>
        ))}
      </ul>
      <p>
        <span class="money">{card.errorIntro}</span> {card.retype}
      </p>
      {number === 'not_a_test_card' && testCardsUrl !== null ? (
        <p>
          <a href={testCardsUrl}>{page.testCards}</a>
        </p>
      ) : null}
    </ErrorSummary>
  )
}

/** Why the last attempt ended without money, and how many are left. */
export function Refused({ language, refusal: { reason, attemptsLeft } }: { language: Language; refusal: Refusal }) {
  const { refusal } = phrases(language)
  return (
    <ErrorSummary heading={refusal.heading}>
      <p>
        <span class="money">{refusal.noMoney}</span> {refusal.reasons[reason]}
      </p>
      {attemptsLeft === null ? null : <p>{refusal.attemptsLeft(attemptsLeft)}</p>}
    </ErrorSummary>
  )
}

/** True where the fields hold nothing of the payer's, and say nothing of the order. */
function isFirst({ values, errors, takes }: CardFormStep): boolean {
  return takes === null && values.name === '' && !Object.values(errors).some(Boolean)
}

const emptyFields = kept((language: Language) => (
  <CardFields language={language} step={{ values: { name: '' }, errors: {}, takes: null }} />
))

interface CardFieldsProps {
  readonly language: Language
  readonly step: {
    readonly values: { readonly name: string }
    readonly errors: CardFormErrors
    readonly takes: AcceptedCards | null
  }
}

/** Asks whether a part is paid with points. What the payer agrees to is said in numbers, before the card is known. */
export function Points({
  language,
  points: { last4, offers },
  isTicked,
  error,
}: {
  language: Language
  points: PointsView
  isTicked: boolean
  error?: CardFormErrors['points']
}) {
  const { points, errors: words } = phrases(language)
  const said = ({ worth, count }: PointsView['offers'][number]) => [formatRupiah(worth), formatWhole(count)] as const
  const [first, ...others] = offers
  const isOne =
    first !== undefined && others.every((each) => each.count === first.count && each.worth.minor === first.worth.minor)
  return (
    <div class="check">
      <input
        type="checkbox"
        id="points"
        name="points"
        value="1"
        checked={isTicked}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={error ? 'points-error points-hint' : 'points-hint'}
      />
      <div>
        <label for="points">{isOne ? points.tick(...said(first), last4) : points.tickAny(last4)}</label>
        {error ? (
          <p class="error" id="points-error">
            <Glyph name="warning" />
            <span>{words.points[error]}</span>
          </p>
        ) : null}
        <div class="hint" id="points-hint">
          {isOne ? null : (
            <ul>
              {offers.map((offer) => (
                <li>{points.byNumber(offer.bin, ...said(offer))}</li>
              ))}
            </ul>
          )}
          <p>{points.hint}</p>
        </div>
      </div>
    </div>
  )
}

/** What becomes of the card afterwards; nothing is said where it is forgotten. */
function Keeping({ page, step }: { page: CheckoutPage; step: CardFormStep }) {
  const { language, merchantName } = page
  const { keepCard } = phrases(language)
  if (page.recurring) return <Agreement page={page} />
  if (step.keeping === 'never') return null
  if (step.keeping === 'always') {
    return (
      <p class="notice keeping">
        <strong>{keepCard.always(merchantName)}</strong> {keepCard.hint(merchantName)}
      </p>
    )
  }
  return (
    <div class="check">
      <input type="checkbox" id="save" name="save" value="1" checked={step.values.save} aria-describedby="save-hint" />
      <div>
        <label for="save">{keepCard.tick(merchantName)}</label>
        <p class="hint" id="save-hint">
          {keepCard.hint(merchantName)}
        </p>
      </div>
    </div>
  )
}

function CardFields({ language, step }: CardFieldsProps) {
  const { card, errors } = phrases(language)
  const { number, expiry, cvv, name } = step.errors
  return (
    <div class="fields">
      <Field
        name="number"
        label={card.number}
        full
        error={number ? errors.number[number] : null}
        {...(step.takes && { hint: takenCards(step.takes, language) })}
        missing={errors.number.missing}
        invalid={errors.number.invalid}
        aside={<span class="brand" data-brand aria-live="polite" />}
        inside={<Glyph name="card" />}
        input={{
          class: 'numeric',
          inputMode: 'numeric',
          autoComplete: 'cc-number',
          maxLength: 40,
          'data-card-number': true,
        }}
      />
      <Field
        name="expiry"
        label={card.expiry}
        hint={card.expiryHint}
        error={expiry ? errors.expiry[expiry] : null}
        missing={errors.expiry.missing}
        invalid={errors.expiry.invalid}
        input={{
          class: 'numeric',
          inputMode: 'numeric',
          autoComplete: 'cc-exp',
          maxLength: 9,
          placeholder: card.expiryPlaceholder,
          'data-expiry': true,
        }}
      />
      <CvvField
        language={language}
        hint={<span data-cvv-hint={card.cvvHintAmex}>{card.cvvHint}</span>}
        error={cvv ? errors.cvv[cvv] : null}
      />
      <Field
        name="name"
        label={card.name}
        full
        error={name ? errors.name[name] : null}
        missing={errors.name.missing}
        invalid={errors.name.invalid}
        input={{ autoComplete: 'cc-name', autocapitalize: 'words', maxLength: 64, value: step.values.name }}
      />
    </div>
  )
}

/** So many beginnings of numbers a payer can look through; of more the rest is counted. */
const shownBins = 12

/** Which cards the merchant takes, in a sentence. */
function takenCards({ bins, types }: AcceptedCards, language: Language): string {
  const { takes } = phrases(language)
  const listed = (words: readonly string[]) => new Intl.ListFormat(language, { type: 'disjunction' }).format(words)
  const kinds = types && listed(types.map((type) => takes.types[type] ?? type))
  const left = Math.max(0, (bins?.length ?? 0) - shownBins)
  const numbers = bins && listed([...bins.slice(0, shownBins), ...(left > 0 ? [takes.more(left)] : [])])
  return takes.only(kinds, numbers)
}

/** Where the CVV is typed in. `hint` tells where on the card it is. */
export function CvvField({
  language,
  hint,
  error,
}: {
  language: Language
  hint: ComponentChildren
  error: string | null
}) {
  const { card, errors } = phrases(language)
  return (
    <Field
      name="cvv"
      label={card.cvv}
      hint={hint}
      error={error}
      missing={errors.cvv.missing}
      invalid={errors.cvv.invalid}
      inside={<Glyph name="card-back" />}
      input={{ class: 'numeric', inputMode: 'numeric', autoComplete: 'cc-csc', maxLength: 6, 'data-digits': '4' }}
    />
  )
}

/** The half of the page where only the CVV is typed in again. */
export function CvvForm({ page, step }: { page: CheckoutPage; step: CvvFormStep }) {
  const { language, action, amount } = page
  const { card, cvvAgain, errors } = phrases(language)
  const brand = brandOf(step.cardMask)
  const error = step.error ? errors.cvv[step.error] : null
  return (
    <section class="slab work">
      {error === null ? null : (
        <ErrorSummary heading={card.errorHeading}>
          <p>
            <a href="#cvv">{error}</a>
          </p>
        </ErrorSummary>
      )}
      <h1>{cvvAgain.heading}</h1>
      <p class="lead">{cvvAgain.text}</p>
      <MoneyLine>{cvvAgain.noMoney}</MoneyLine>
      <dl class="receipt">
        <div>
          <dt>{cvvAgain.card}</dt>
          <dd>{shownCard(step.cardMask, page)}</dd>
        </div>
      </dl>
      <form method="post" action={`${action}/cvv`} noValidate data-once>
        <input type="hidden" name="formNo" value={String(step.formNo)} />
        <input type="hidden" name="lang" value={language} />
        <div class="fields">
          <CvvField
            language={language}
            hint={brand === 'American Express' ? card.cvvHintAmex : card.cvvHint}
            error={error}
          />
        </div>
        <div class="actions">
          <Submit language={language} label={card.pay(formatRupiah(amount))} busy={card.busy}>
            <Glyph name="lock" />
          </Submit>
        </div>
      </form>
    </section>
  )
}

/** `Mastercard berakhiran 0008`: the brand in words and the last four, all that a page shows of a card. */
export function shownCard(mask: string, { language }: Pick<CheckoutPage, 'language'>): string {
  const { card, cardEnding } = phrases(language).paid
  return cardEnding(brandOf(mask) ?? card, mask.slice(-4))
}

/** Filled in by the script; empty without it, and never trusted. */
export function BrowserData() {
  return browserData('')
}

const browserData = kept(() => {
  const names = ['browserLanguage', 'browserTimeZone', 'browserScreenWidth', 'browserScreenHeight', 'browserColorDepth']
  return (
    <>
      {names.map((name) => (
        <input type="hidden" name={name} value="" data-browser />
      ))}
    </>
  )
})
