import type { TestAccount } from '../acquirer/account-deck.ts'
import type { BindingFailure } from '../debit/binding.ts'
import { renderPage } from '../pages/document.tsx'
import { ErrorSummary, Field, Submit } from '../pages/field.tsx'
import { type Language, phrases } from '../pages/language.ts'
import { BankShell } from '../pages/shell.tsx'
import { OtpField } from './otp-field.tsx'

interface BindingPage {
  readonly language: Language
  /** The page's own address. */
  readonly path: string
  readonly merchantName: string
}

export interface BindingAccountPage extends BindingPage {
  readonly bankName: string
  readonly accounts: readonly TestAccount[]
  readonly error: 'missing' | 'unknown' | null
}

/** The simulated bank asks which account is to be linked. The form posts `account`, or `cancel`. */
export function bindingAccountPage(view: BindingAccountPage): Buffer {
  const { language, path, merchantName, bankName, accounts, error } = view
  const { debit, card, acs, page } = phrases(language)
  const mistake = error === null ? null : debit[error]
  return renderPage(
    <BankShell language={language} path={path} strip={debit.sandbox}>
      <section class="slab">
        <Mistake heading={card.errorHeading} mistake={mistake} at="account" />
        <h1>{debit.heading(bankName)}</h1>
        <p class="lead">{debit.text(merchantName)}</p>
        <form method="post" action={`${path}/account`} noValidate data-once>
          <input type="hidden" name="lang" value={language} />
          <div class="fields">
            <Field
              name="account"
              label={debit.account}
              hint={debit.accountHint}
              full
              error={mistake}
              missing={debit.missing}
              invalid={debit.unknown}
              input={{ class: 'numeric', inputMode: 'numeric', autoComplete: 'off', maxLength: 40 }}
            />
          </div>
          <Actions language={language} label={debit.submit} cancel={acs.cancel} />
        </form>
        <h2>{debit.testAccounts}</h2>
        <dl class="receipt">
          {accounts.map(({ number, meaning }) => (
            <div>
              <dt class="digits">{number}</dt>
              <dd>{meaning[language]}</dd>
            </div>
          ))}
        </dl>
      </section>
    </BankShell>,
    { title: titleOf(page, debit.title, mistake, acs.bank), language, skin: 'bank' },
  )
}

export interface BindingOtpPage extends BindingPage {
  readonly mask: string
  /** The code that is right; the page tells it, for there is no phone. */
  readonly otp: string
  readonly error:
    | null
    | { readonly kind: 'missing' | 'expired' }
    | { readonly kind: 'wrong'; readonly triesLeft: number }
}

/** The simulated bank asks for a one-time code. The form posts `otp`, or `again`, or `cancel`. */
export function bindingOtpPage({ language, path, merchantName, mask, otp, error }: BindingOtpPage): Buffer {
  const { debit, card, acs, page } = phrases(language)
  const mistake =
    error === null
      ? null
      : error.kind === 'wrong'
        ? acs.wrong(error.triesLeft)
        : error.kind === 'expired'
          ? debit.expired
          : acs.missing
  return renderPage(
    <BankShell language={language} path={path} strip={debit.sandbox}>
      <section class="slab">
        <Mistake heading={card.errorHeading} mistake={mistake} at="otp" />
        <h1>{debit.otpTitle}</h1>
        <p class="lead">{debit.otpText(mask)}</p>
        <dl class="receipt">
          <div>
            <dt>{debit.merchant}</dt>
            <dd>{merchantName}</dd>
          </div>
        </dl>
        <form method="post" action={`${path}/otp`} noValidate data-once>
          <input type="hidden" name="lang" value={language} />
          <OtpField language={language} otp={otp} mistake={mistake} />
          <Actions language={language} label={debit.otpSubmit} cancel={acs.cancel} again={debit.again} />
        </form>
      </section>
    </BankShell>,
    { title: titleOf(page, debit.otpTitle, mistake, acs.bank), language, skin: 'bank' },
  )
}

export interface BindingResultPage extends BindingPage {
  readonly mask: string | null
  /** Null: it is linked. */
  readonly failure: BindingFailure | 'expired' | null
  /** Where the merchant wants its payer; null where it did not say. */
  readonly returnUrl: string | null
}

/** What came of it. */
export function bindingResultPage(view: BindingResultPage): Buffer {
  const { language, path, merchantName, mask, failure, returnUrl } = view
  const { debit, acs, order } = phrases(language)
  const title = failure === null ? debit.linkedTitle : debit.failedTitle
  return renderPage(
    <BankShell language={language} path={path} strip={debit.sandbox}>
      <section class="slab">
        <h1>{title}</h1>
        <p class="lead">{failure === null ? debit.linkedText(mask ?? '', merchantName) : debit.failedText[failure]}</p>
        {returnUrl === null ? null : (
          <div class="actions">
            <a class="button" href={returnUrl}>
              {order.backTo(merchantName)}
            </a>
          </div>
        )}
      </section>
    </BankShell>,
    { title: `${title} · ${acs.bank}`, language, skin: 'bank' },
  )
}

/** The simulated bank knows no such address. Send with 404. */
export function bindingUnknownPage(language: Language): Buffer {
  const { debit, acs } = phrases(language)
  return renderPage(
    <BankShell language={language} path={null} strip={debit.sandbox}>
      <section class="slab">
        <h1>{debit.unknownTitle}</h1>
        <p class="lead">{debit.unknownText}</p>
      </section>
    </BankShell>,
    { title: `${debit.unknownTitle} · ${acs.bank}`, language, skin: 'bank' },
  )
}

function Mistake({ heading, mistake, at }: { heading: string; mistake: string | null; at: string }) {
  if (mistake === null) return null
  return (
    <ErrorSummary heading={heading}>
      <p>
        <a href={`#${at}`}>{mistake}</a>
      </p>
    </ErrorSummary>
  )
}

function Actions({
  language,
  label,
  cancel,
  again,
}: {
  language: Language
  label: string
  cancel: string
  again?: string
}) {
  const { acs } = phrases(language)
  return (
    <div class="actions">
      <Submit language={language} label={label} busy={acs.busy} />
      {again === undefined ? null : <Quiet name="again" label={again} busy={acs.busy} />}
      <Quiet name="cancel" label={cancel} busy={acs.busy} />
    </div>
  )
}

function Quiet({ name, label, busy }: { name: string; label: string; busy: string }) {
  return (
    <button class="button quiet" type="submit" name={name} value="1" formNoValidate data-busy={busy}>
      <span data-label>{label}</span>
    </button>
  )
}

function titleOf(
  page: { correctFirst: (title: string) => string },
  title: string,
  mistake: string | null,
  bank: string,
): string {
  return `${mistake === null ? title : page.correctFirst(title)} · ${bank}`
}
