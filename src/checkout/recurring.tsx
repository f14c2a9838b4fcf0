import { formatRupiah } from '../base/money.ts'
import { phrases } from '../pages/language.ts'
import type { CheckoutPage } from './view.ts'

/** How much follows a payment, how often, how many times and until when; null where nothing does. */
export function termsOf({ language, merchantName, recurring: agreed }: CheckoutPage): string | null {
  if (!agreed) return null
  const { amount, interval, unit, maxCharges, startDate, endDate } = agreed
  const { recurring, months } = phrases(language)
  const day = (text: string) =>
    `${Number(text.slice(6))} ${months[Number(text.slice(4, 6)) - 1] ?? ''} ${text.slice(0, 4)}`
  return [
    `${formatRupiah(amount)} ${recurring.every(interval, recurring.units[unit])}`,
    ...(maxCharges === null ? [] : [recurring.times(maxCharges)]),
    ...(startDate === null ? [] : [recurring.from(day(startDate))]),
    ...(endDate === null ? [] : [recurring.until(day(endDate))]),
    ...(maxCharges === null && endDate === null ? [recurring.untilStopped(merchantName)] : []),
  ].join(', ')
}

/** What the payer agrees to beside this payment, said where it is agreed to: above the button. */
export function Agreement({ page }: { page: CheckoutPage }) {
  const terms = termsOf(page)
  if (!page.recurring || terms === null) return null
  const { maxCharges, endDate } = page.recurring
  const { recurring } = phrases(page.language)
  return (
    <p class="notice keeping">
      <strong>{recurring.agreed(page.merchantName)}</strong> {terms}.{/* Terms without an end say so themselves. */}
      {maxCharges === null && endDate === null ? null : ` ${recurring.stop(page.merchantName)}`}
    </p>
  )
}
