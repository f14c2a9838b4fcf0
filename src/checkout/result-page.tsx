import { formatRupiah } from '../base/money.ts'
import { MoneyLine } from '../pages/field.tsx'
import { phrases } from '../pages/language.ts'
import { Gate } from '../pages/mark.tsx'
import { formatWib } from '../pages/time.ts'
import { shownCard } from './card-form-page.tsx'
import { groupsOf } from './payment-code.ts'
import { Returning } from './returning.tsx'
import type { CheckoutPage, ClosedStep, PaidStep } from './view.ts'
import { methodOf } from './waiting.tsx'

/** The receipt. */
export function Paid({ page, step }: { page: CheckoutPage; step: PaidStep }) {
  const { language, merchantName } = page
  const { paid, held, order, page: common } = phrases(language)
  const told = step.isHeld ? held : paid
  return (
    <section class="slab work">
      <Gate state="open" />
      <h1>{step.again ? told.againHeading : told.heading}</h1>
      <p class="lead">{step.again ? told.againText : told.thanks(merchantName)}</p>
      <dl class="receipt" aria-label={paid.details}>
        <div>
          <dt>{told.amount}</dt>
          <dd class="digits">{formatRupiah(step.amount)}</dd>
        </div>
        <div>
          <dt>{told.paidAt}</dt>
          <dd>
            <time dateTime={step.paidAt.toISOString()}>{formatWib(step.paidAt, language)}</time>
          </dd>
        </div>
        {paidWith(step.means, page).map(([term, value, isNumber]) => (
          <div>
            <dt>{term}</dt>
            <dd class={isNumber ? 'digits' : undefined}>{value}</dd>
          </div>
        ))}
        <div>
          <dt>{paid.reference}</dt>
          <dd class="digits">{step.reference}</dd>
        </div>
      </dl>
      {step.returnUrl === null || step.again ? null : (
        <Returning language={language} merchantName={merchantName} url={step.returnUrl} />
      )}
      <div class="actions pair">
        {step.returnUrl === null ? null : (
          <a class="button full" href={step.returnUrl}>
            {order.backTo(merchantName)}
          </a>
        )}
        <button class="button quiet" type="button" data-print hidden>
          {paid.print}
        </button>
        <button class="button quiet" type="button" data-copy={step.reference} data-copied={common.copied} hidden>
          <span data-label>{paid.copyReference}</span>
        </button>
      </div>
    </section>
  )
}

/** What was paid with, line by line: what it is called, what it says, whether that is a number. */
function paidWith(means: PaidStep['means'], page: CheckoutPage): (readonly [string, string, boolean])[] {
  const { paid, ways } = phrases(page.language)
  if (means.kind === 'card')
    return [
      [paid.card, shownCard(means.cardMask, page), false],
      [paid.approvalCode, means.approvalCode, true],
    ]
  const { code, bankReference } = means
  return [
    [ways.paid.method, methodOf(page, means), false],
    ...(code === null ? [] : [[ways.paid.code, groupsOf(code).join(' '), true] as const]),
    ...(bankReference === null ? [] : [[ways.paid.bankReference, bankReference, true] as const]),
  ]
}

/** The end without money, or with money that went back. */
export function Closed({ page, step }: { page: CheckoutPage; step: ClosedStep }) {
  const { language, merchantName } = page
  const { order } = phrases(language)
  const { title, text, money } = closedWords(page, step)
  return (
    <section class="slab work">
      <Gate state="shut" />
      <h1>{title}</h1>
      <p class="lead">{text}</p>
      <MoneyLine>{money}</MoneyLine>
      {step.returnUrl === null ? null : (
        <div class="actions">
          <a class="button" href={step.returnUrl}>
            {order.backTo(merchantName)}
          </a>
        </div>
      )}
    </section>
  )
}

/** What is said of an end: of a card where there was one, and of no card where there was none. */
export function closedWords({ language, merchantName }: CheckoutPage, { kind, returned, byCard }: ClosedStep) {
  const { closed, ways } = phrases(language)
  const { refunded } = ways
  const isElsewhere = !byCard && (kind === 'refunded' || kind === 'partially_refunded')
  const words = byCard ? closed : refunded
  return {
    title: closed[kind].title,
    text: isElsewhere ? refunded[kind](merchantName) : closed[kind].text(merchantName),
    money: returned === null ? closed.noMoney : words.returned(formatRupiah(returned)),
  }
}
