import { formatRupiah } from '../base/money.ts'
import { MoneyLine } from '../pages/field.tsx'
import { phrases } from '../pages/language.ts'
import { Gate } from '../pages/mark.tsx'
import { formatWib } from '../pages/time.ts'
import { shownCard } from './card-form-page.tsx'
import { Returning } from './returning.tsx'
import type { CheckoutPage, ClosedStep, PaidStep } from './view.ts'

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
        <div>
          <dt>{paid.card}</dt>
          <dd>{shownCard(step.cardMask, page)}</dd>
        </div>
        <div>
          <dt>{paid.approvalCode}</dt>
          <dd class="digits">{step.approvalCode}</dd>
        </div>
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

/** The end without money, or with money that went back. */
export function Closed({ page, step }: { page: CheckoutPage; step: ClosedStep }) {
  const { language, merchantName } = page
  const { closed, order } = phrases(language)
  const { title, text } = closed[step.kind]
  return (
    <section class="slab work">
      <Gate state="shut" />
      <h1>{title}</h1>
      <p class="lead">{text(merchantName)}</p>
      <MoneyLine>{step.returned === null ? closed.noMoney : closed.returned(formatRupiah(step.returned))}</MoneyLine>
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
