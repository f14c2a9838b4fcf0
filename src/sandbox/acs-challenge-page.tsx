import { formatRupiah, type Money } from '../base/money.ts'
import { renderPage } from '../pages/document.tsx'
import { ErrorSummary, Submit } from '../pages/field.tsx'
import { type Language, phrases } from '../pages/language.ts'
import { BankShell } from '../pages/shell.tsx'
import { OtpField } from './otp-field.tsx'

export interface AcsChallengePage {
  readonly language: Language
  /** Where the form posts `otp`, or `cancel` = `1`, with `lang` and the hidden fields. */
  readonly action: string
  /** What the next request needs to know the challenge by, as the browser brought it. */
  readonly hidden: Readonly<Record<string, string>>
  readonly merchantName: string
  readonly amount: Money
  readonly cardLast4: string
  /** The code that is right; the page tells it, for there is no phone. */
  readonly otp: string
  readonly error: null | { readonly kind: 'missing' } | { readonly kind: 'wrong'; readonly triesLeft: number }
}

/** The simulated bank asks for a one-time code. */
export function acsChallengePage(view: AcsChallengePage): Buffer {
  const { language, action, hidden, merchantName, amount, cardLast4, otp, error } = view
  const { acs, card, page } = phrases(language)
  const mistake = error === null ? null : error.kind === 'missing' ? acs.missing : acs.wrong(error.triesLeft)
  return renderPage(
    <BankShell language={language} path={null}>
      <section class="slab">
        {mistake === null ? null : (
          <ErrorSummary heading={card.errorHeading}>
            <p>
              <a href="#otp">{mistake}</a>
            </p>
          </ErrorSummary>
        )}
        <h1>{acs.heading}</h1>
        <p class="lead">{acs.text(cardLast4)}</p>
        <dl class="receipt">
          <div>
            <dt>{acs.merchant}</dt>
            <dd>{merchantName}</dd>
          </div>
          <div>
            <dt>{acs.amount}</dt>
            <dd class="digits">{formatRupiah(amount)}</dd>
          </div>
          <div>
            <dt>{acs.card}</dt>
            <dd class="digits">•••• {cardLast4}</dd>
          </div>
        </dl>
        <form method="post" action={action} noValidate data-once>
          <HiddenFields values={{ ...hidden, lang: language }} />
          <OtpField language={language} otp={otp} mistake={mistake} />
          <div class="actions">
            <Submit language={language} label={acs.submit} busy={acs.busy} />
            <button class="button quiet" type="submit" name="cancel" value="1" formNoValidate data-busy={acs.busy}>
              <span data-label>{acs.cancel}</span>
            </button>
          </div>
        </form>
      </section>
    </BankShell>,
    { title: `${error === null ? acs.title : page.correctFirst(acs.title)} · ${acs.bank}`, language, skin: 'bank' },
  )
}

export function HiddenFields({ values }: { values: Readonly<Record<string, string>> }) {
  return (
    <>
      {Object.entries(values).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  )
}
