import { formatRupiah } from '../base/money.ts'
import type { Channel } from '../channel/catalogue.ts'
import type { Receipt } from '../payment/receipt.ts'
import type { Withdrawal } from '../payment/withdraw.ts'
import { HiddenFields } from './acs-challenge-page.tsx'
import { Back, grouped, type ProviderPage, renderProvider, Rows, Send } from './provider-page.tsx'
import { providerTexts } from './provider-texts.ts'

export interface ReceiptPage extends ProviderPage {
  readonly merchantName: string
  readonly channel: Channel
  readonly receipt: Receipt
  /** Where the bank's wish to take it back is posted; null where there is nothing to take. */
  readonly withdrawPath: string | null
  /** Why the bank was not let. */
  readonly refusal: Exclude<Withdrawal, 'withdrawn'> | null
  readonly homeUrl: string
}

/** What the payer of a bank, counter or wallet has in hand: the reference, and whether the money stayed. */
export function receiptPage(page: ReceiptPage): Buffer {
  const { language, merchantName, channel, receipt, withdrawPath, refusal, homeUrl } = page
  const { receipt: words, screen, wallet, home } = providerTexts(language)
  const { state, reason, amount, orderId, paymentCode, reference } = receipt
  return renderProvider(
    page,
    {
      title: `${words.title[state]}: ${formatRupiah(amount)}`,
      name: wallet(channel.name[language]),
      glyph: channel.code ? 'bank' : 'wallet',
    },
    <>
      {refusal === null ? null : (
        <p class="notice bad" role="alert">
          {words.refusals[refusal]}
        </p>
      )}
      <h1>{words.title[state]}</h1>
      <p class="lead">
        {reason === null ? '' : `${words.reasons[reason]} `}
        {words[state]}
      </p>
      <Rows
        rows={[
          [screen.merchant, merchantName],
          [screen.orderId, orderId],
          [words.channel, channel.name[language]],
          [screen.number, paymentCode === null ? null : grouped(paymentCode)],
          [screen.amount, formatRupiah(amount)],
          [words.reference, `${reference}${channel.bank}`],
        ]}
      />
      {withdrawPath === null ? null : (
        <>
          <h2 class="how">{words.withdrawHeading}</h2>
          <p class="lead small-print">{words.withdrawText}</p>
          <form class="change" method="post" action={withdrawPath} data-once>
            <HiddenFields values={{ lang: language }} />
            <Send language={language} label={words.withdraw} quiet />
          </form>
        </>
      )}
      <Back href={homeUrl} text={home} />
    </>,
  )
}
