import { formatRupiah } from '../base/money.ts'
import { Glyph } from '../pages/glyph.tsx'
import { phrases } from '../pages/language.ts'
import { Mark } from '../pages/mark.tsx'
import { formatDuration, formatWib } from '../pages/time.ts'
import { termsOf } from './recurring.tsx'
import type { CheckoutPage } from './view.ts'

/** Who is paid, how much, for what, and until when: one half of every page of an order. */
export function Summary({ page, open }: { page: CheckoutPage; open: boolean }) {
  const { language, merchantName, orderId, description, amount } = page
  const { order } = phrases(language)
  const total = formatRupiah(amount)
  return (
    <section class="summary" aria-label={order.summary}>
      <p class="merchant break">{merchantName}</p>
      <p class="total">{open ? order.toPay : order.total}</p>
      <p class={total.length > 13 ? 'amount long' : 'amount'}>{total}</p>
      <dl class="facts">
        {description === null ? null : (
          <div>
            <dt>{order.description}</dt>
            <dd>{description}</dd>
          </div>
        )}
        <div>
          <dt>{order.orderId}</dt>
          <dd>{orderId}</dd>
        </div>
        {open ? <Deadline page={page} /> : null}
        {open ? <Recurring page={page} /> : null}
      </dl>
      <Mark className="watermark" />
    </section>
  )
}

/** What follows this payment without its payer, in short: the form says it in full. */
function Recurring({ page }: { page: CheckoutPage }) {
  const terms = termsOf(page)
  if (terms === null) return null
  return (
    <div>
      <dt>{phrases(page.language).recurring.title}</dt>
      <dd>{terms}</dd>
    </div>
  )
}

/**
 * The way back to the shop without paying. It comes after the form, for keyboards and narrow screens;
 * where there is room it stands at the foot of the summary.
 */
export function BackLink({ page: { language, merchantName, backUrl } }: { page: CheckoutPage }) {
  if (backUrl === null) return null
  return (
    <p class="back">
      <a href={backUrl}>
        <Glyph name="arrow" />
        <span>{phrases(language).order.backTo(merchantName)}</span>
      </a>
    </p>
  )
}

function Deadline({ page: { language, expiresAt, now, step } }: { page: CheckoutPage }) {
  const { order, duration } = phrases(language)
  const end = 'payBefore' in step ? step.payBefore : expiresAt
  const left = Math.max(0, end.getTime() - now.getTime())
  return (
    <>
      <div>
        <dt>{order.payBefore}</dt>
        <dd>
          <time dateTime={end.toISOString()}>{formatWib(end, language)}</time>
        </dd>
      </div>
      {/* The script tells the same by the payer's own clock, where that is another. */}
      <div data-local-time={end.toISOString()} hidden>
        <dt>{order.localTime}</dt>
        <dd />
      </div>
      <div>
        <dt>{order.timeLeft}</dt>
        <dd
          class="digits"
          data-countdown={left}
          data-days={duration.days}
          data-hours={duration.hours}
          data-minutes={duration.minutes}
          data-up={order.timeIsUp}
          data-warning={order.minutesLeft}
        >
          {left === 0 ? order.timeIsUp : formatDuration(left, language)}
        </dd>
      </div>
    </>
  )
}
