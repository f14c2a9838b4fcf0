import { formatRupiah } from '../base/money.ts'
import type { Channel } from '../channel/catalogue.ts'
import { HiddenFields } from './acs-challenge-page.tsx'
import type { Unpayable } from './provider.ts'
import {
  AllTheSame,
  Back,
  type OrderBill,
  BillRows,
  FieldError,
  Mistakes,
  type ProviderPage,
  renderProvider,
  Send,
} from './provider-page.tsx'
import { providerTexts } from './provider-texts.ts'

export interface SessionPage extends ProviderPage {
  /** Where the forms go. */
  readonly action: string
  /** What names the order, where the address does not. */
  readonly hidden: Readonly<Record<string, string>>
  readonly channel: Channel
  readonly bill: OrderBill
  readonly state:
    | { readonly kind: 'asks'; readonly attemptNo: number }
    | { readonly kind: 'refused'; readonly reason: Unpayable; readonly session: string }
    | { readonly kind: 'paid'; readonly session: string }
  /** The receipt of what paid the order; null where it was paid otherwise, or not. */
  readonly receiptUrl: string | null
  /** Our page of the order, or where codes are scanned. */
  readonly back: { readonly href: string; readonly text: string }
}

/** A wallet, bank or lender asks its payer whether to pay. */
export function sessionPage(page: SessionPage): Buffer {
  const { language, action, hidden, channel, bill, state, receiptUrl, back } = page
  const { session, screen, wallet, refused } = providerTexts(language)
  const due = formatRupiah(bill.amount)
  const name = channel.name[language]
  const said =
    state.kind === 'asks'
      ? { title: session.title(due, bill.merchantName), text: session.text(name) }
      : state.kind === 'paid'
        ? { title: session.paid, text: session.paidText }
        : refused[state.reason]
  return renderProvider(
    page,
    { title: said.title, name: wallet(name), glyph: 'wallet' },
    <>
      <h1>{said.title}</h1>
      <p class="lead">{said.text}</p>
      <BillRows language={language} bill={bill} more={[[session.wallet, name]]} />
      {state.kind === 'asks' ? (
        <form method="post" action={action} data-once>
          <HiddenFields values={{ ...hidden, attempt: String(state.attemptNo), lang: language }} />
          <div class="actions">
            <Send language={language} label={session.confirm(due)} name="do" value="confirm" />
            {/* Of a payer who was refused at the end of a code we are not told. */}
            {channel.tellsRefusals ? (
              <Send language={language} label={session.decline} quiet name="do" value="decline" />
            ) : null}
            <Send language={language} label={session.close} quiet name="do" value="close" />
          </div>
        </form>
      ) : (
        <>
          {receiptUrl === null ? null : (
            <div class="actions">
              <a class="button quiet" href={receiptUrl}>
                {session.receipt}
              </a>
            </div>
          )}
          <AllTheSame language={language}>
            <form class="change" method="post" action={action} data-once>
              <HiddenFields values={{ ...hidden, session: state.session, lang: language }} />
              <Send language={language} label={screen.force} quiet name="do" value="force" />
            </form>
          </AllTheSame>
        </>
      )}
      <Back {...back} />
    </>,
  )
}

/** The payer was refused, and may ask again. */
export function declinedPage(
  page: ProviderPage & { readonly channel: Channel; readonly retryUrl: string; readonly back: SessionPage['back'] },
): Buffer {
  const { language, channel, retryUrl, back } = page
  const { session, wallet } = providerTexts(language)
  return renderProvider(
    page,
    { title: session.declined, name: wallet(channel.name[language]), glyph: 'wallet' },
    <>
      <h1>{session.declined}</h1>
      <p class="lead">{session.declinedText}</p>
      <div class="actions">
        <a class="button" href={retryUrl}>
          {session.retry}
        </a>
      </div>
      <Back {...back} />
    </>,
  )
}

/** Asks for what names an order: the text of a code, or the link of a page. */
export interface AskPage extends ProviderPage {
  readonly kind: 'scan' | 'open'
  readonly action: string
  readonly typed: string
  readonly error: string | null
}

export function askPage(page: AskPage): Buffer {
  const { language, kind, action, typed, error } = page
  const { scan, session, scanner, phone, home } = providerTexts(language)
  const words = kind === 'scan' ? { ...scan, field: scan.payload } : { ...session.open, field: session.open.link }
  const name = kind === 'scan' ? 'qr' : 'link'
  const described = {
    'aria-invalid': error === null ? undefined : ('true' as const),
    'aria-describedby': error === null ? undefined : `${name}-error`,
  }
  return renderProvider(
    page,
    {
      title: error ?? words.title,
      name: kind === 'scan' ? scanner : phone,
      glyph: kind === 'scan' ? 'qr' : 'phone',
    },
    <>
      <Mistakes language={language} all={[[name, error]]} />
      <h1>{words.title}</h1>
      <p class="lead">{words.text}</p>
      <form method="get" action={action} noValidate>
        <HiddenFields values={{ lang: language }} />
        <div class="field">
          <label for={name}>{words.field}</label>
          {kind === 'scan' ? (
            <textarea id={name} name={name} required spellcheck={false} maxLength={1_024} {...described}>
              {typed}
            </textarea>
          ) : (
            <input id={name} name={name} type="text" required spellcheck={false} value={typed} {...described} />
          )}
          <FieldError id={name} text={error} />
        </div>
        <div class="actions">
          <Send language={language} label={words.submit} />
        </div>
      </form>
      <Back href={`/?lang=${language}`} text={home} />
    </>,
  )
}
