import { formatRupiah } from '../base/money.ts'
import { type Channel, channels } from '../channel/catalogue.ts'
import { HiddenFields } from './acs-challenge-page.tsx'
import type { Unpayable } from './provider.ts'
import {
  AllTheSame,
  Back,
  type Bill,
  BillRows,
  FieldError,
  grouped,
  Mistakes,
  type ProviderPage,
  renderProvider,
  Send,
} from './provider-page.tsx'
import { providerTexts } from './provider-texts.ts'

export const bankPath = '/sandbox/bank'

/** The channels whose payers type a number. */
export const numberedChannels: readonly Channel[] = channels.filter(({ code }) => code !== null)

export interface LookUpPage extends ProviderPage {
  readonly values: { readonly channel: string; readonly code: string }
  readonly errors: { readonly channel: boolean; readonly code: boolean }
}

/** Asks for bank or counter, and number. */
export function lookUpPage(page: LookUpPage): Buffer {
  const { language, values, errors } = page
  const { lookUp, bank, home } = providerTexts(language)
  const mistakes = [
    ['channel', errors.channel ? lookUp.noChannel : null],
    ['code', errors.code ? lookUp.noCode : null],
  ] as const
  const [[, channelError], [, codeError]] = mistakes
  const options = (isBank: boolean) =>
    numberedChannels
      .filter(({ family }) => (family === 'virtual-account') === isBank)
      .map(({ id, name }) => (
        <option value={id} selected={id === values.channel}>
          {name[language]}
        </option>
      ))
  return renderProvider(
    page,
    { title: lookUp.title, name: bank, glyph: 'bank' },
    <>
      <Mistakes language={language} all={mistakes} />
      <h1>{lookUp.title}</h1>
      <p class="lead">{lookUp.text}</p>
      <form method="get" action={bankPath} noValidate>
        <HiddenFields values={{ lang: language }} />
        <div class="fields">
          <div class="field full">
            <label for="channel">{lookUp.channel}</label>
            <select
              id="channel"
              name="channel"
              required
              aria-invalid={channelError === null ? undefined : 'true'}
              aria-describedby={channelError === null ? undefined : 'channel-error'}
            >
              <option value="">{lookUp.choose}</option>
              <optgroup label={lookUp.banks}>{options(true)}</optgroup>
              <optgroup label={lookUp.counters}>{options(false)}</optgroup>
            </select>
            <FieldError id="channel" text={channelError} />
          </div>
          <div class="field full">
            <label for="code">{lookUp.code}</label>
            <input
              id="code"
              name="code"
              type="text"
              class="numeric"
              inputMode="numeric"
              autoComplete="off"
              spellcheck={false}
              maxLength={40}
              required
              value={values.code}
              aria-invalid={codeError === null ? undefined : 'true'}
              aria-describedby={codeError === null ? undefined : 'code-error'}
            />
            <FieldError id="code" text={codeError} />
          </div>
        </div>
        <div class="actions">
          <Send language={language} label={lookUp.submit} />
        </div>
      </form>
      <Back href={`/?lang=${language}`} text={home} />
    </>,
  )
}

export interface ScreenPage extends ProviderPage {
  readonly channel: Channel
  readonly code: string
  /** Null where the number is nobody's. */
  readonly bill: Bill | null
  /** Null: it can be paid. */
  readonly refused: Unpayable | 'unknown_number' | null
  /** Tells one showing of the screen from another: what is sent twice from one is one payment. */
  readonly session: string
  /** What was wrong with the amount that was typed. */
  readonly error: 'badAmount' | 'wrongAmount' | null
  readonly typed: string
}

/** What the ATM or till shows of a number, and the money that the payer brings. */
export function screenPage(page: ScreenPage): Buffer {
  const { language, channel, code, bill, refused, session, error, typed } = page
  const { lookUp, screen, bank, refused: refusals } = providerTexts(language)
  if (bill?.amount === null) return openScreenPage(page, bill)
  const due = bill ? formatRupiah(bill.amount) : ''
  const mistake = error === null ? null : error === 'badAmount' ? screen.badAmount : screen.wrongAmount(due)
  const title = refused === null ? screen.pay(due) : refusals[refused].title
  const hidden = <HiddenFields values={{ channel: channel.id, code, session, lang: language }} />
  return renderProvider(
    page,
    { title: mistake ?? title, name: bank, glyph: channel.family === 'virtual-account' ? 'bank' : 'shop' },
    <>
      <Mistakes language={language} all={[['amount', mistake]]} />
      <h1>{refused === null ? channel.name[language] : refusals[refused].title}</h1>
      <p class="lead">{refused === null ? screen.heading : refusals[refused].text}</p>
      {bill === null ? null : <BillRows language={language} bill={bill} more={[[screen.number, grouped(code)]]} />}
      {refused === null ? (
        <form method="post" action={bankPath} data-once>
          {hidden}
          <Send language={language} label={screen.pay(due)} />
        </form>
      ) : null}
      {bill === null ? null : refused === null ? (
        <>
          <h2 class="how">{screen.otherHeading}</h2>
          <form method="post" action={bankPath} noValidate data-once>
            {hidden}
            <AmountField page={page} mistake={mistake} />
            <div class="actions">
              <Send language={language} label={screen.payOther} quiet name="typed" value="1" />
            </div>
            <AllTheSame language={language}>
              <div class="actions">
                <Send language={language} label={screen.force} quiet name="force" value="1" />
              </div>
            </AllTheSame>
          </form>
        </>
      ) : (
        <AllTheSame language={language}>
          <form method="post" action={bankPath} noValidate data-once>
            {hidden}
            <AmountField page={{ ...page, typed: typed || (bill.amount?.minor.toString() ?? '') }} mistake={mistake} />
            <div class="actions">
              <Send language={language} label={screen.force} quiet name="force" value="1" />
            </div>
          </form>
        </AllTheSame>
      )}
      <Back href={`${bankPath}?channel=${channel.id}&lang=${language}`} text={lookUp.again} />
    </>,
  )
}

/** Of a number that takes any amount, as often as somebody pays. */
function openScreenPage(page: ScreenPage, bill: Bill): Buffer {
  const { language, channel, code, session, error } = page
  const { lookUp, screen, bank } = providerTexts(language)
  const mistake = error === null ? null : screen.badAmount
  return renderProvider(
    page,
    { title: mistake ?? channel.name[language], name: bank, glyph: 'bank' },
    <>
      <Mistakes language={language} all={[['amount', mistake]]} />
      <h1>{channel.name[language]}</h1>
      <p class="lead">{screen.heading}</p>
      <BillRows language={language} bill={bill} more={[[screen.number, grouped(code)]]} />
      <form method="post" action={bankPath} noValidate data-once>
        <HiddenFields values={{ channel: channel.id, code, session, lang: language }} />
        <AmountField page={page} mistake={mistake} />
        <div class="actions">
          <Send language={language} label={screen.payOther} />
        </div>
      </form>
      <Back href={`${bankPath}?channel=${channel.id}&lang=${language}`} text={lookUp.again} />
    </>,
  )
}

function AmountField({ page, mistake }: { page: ScreenPage; mistake: string | null }) {
  const { language, refused, typed, bill } = page
  const { screen } = providerTexts(language)
  const isHinted = refused === null && bill?.amount !== null
  return (
    <div class="field">
      <label for="amount">{screen.other}</label>
      <input
        id="amount"
        name="amount"
        type="text"
        class="numeric"
        inputMode="numeric"
        autoComplete="off"
        maxLength={20}
        value={typed}
        aria-invalid={mistake === null ? undefined : 'true'}
        aria-describedby={mistake === null ? (isHinted ? 'amount-hint' : undefined) : 'amount-error'}
      />
      <FieldError id="amount" text={mistake} />
      {isHinted && mistake === null ? (
        <p class="hint" id="amount-hint">
          {screen.otherHint}
        </p>
      ) : null}
    </div>
  )
}
