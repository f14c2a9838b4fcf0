import { renderPage } from '../pages/document.tsx'
import { type Language, phrases } from '../pages/language.ts'
import { Shell } from '../pages/shell.tsx'

export interface CardsPage {
  readonly language: Language
  /** The path of this page. */
  readonly path: string
  readonly homeUrl: string
  readonly cards: readonly TestCard[]
  /** Dates that decide the outcome of decks which say so. */
  readonly expiries: readonly { readonly expiry: string; readonly outcome: string }[]
  readonly cvvs: readonly { readonly cvv: string; readonly outcome: string }[]
  readonly otp: string
}

/** A row of the deck, in words. */
export interface TestCard {
  readonly pan: string
  readonly deck: string
  readonly threeDs: string
  readonly outcome: string
}

/** The decks of test cards, each number with what it does. */
export function cardsPage(view: CardsPage): Buffer {
  const { language, path, homeUrl, otp } = view
  const { cards, page } = phrases(language)
  return renderPage(
    <Shell language={language} path={path} testCardsUrl={path} shape="wide">
      <section class="slab sheet">
        <h1>{cards.heading}</h1>
        <p class="lead">{cards.text}</p>
        <p class="notice">{cards.otp(otp)}</p>
        <div class="scroll">
          <table class="cards">
            <caption class="unseen">{cards.caption}</caption>
            <thead>
              <tr>
                <th scope="col">{cards.number}</th>
                <th scope="col">
                  <span class="unseen">{page.copy}</span>
                </th>
                <th scope="col">{cards.deck}</th>
                <th scope="col">{cards.threeDs}</th>
                <th scope="col">{cards.outcome}</th>
              </tr>
            </thead>
            <tbody>
              {view.cards.map((card) => (
                <CardRow card={card} language={language} />
              ))}
            </tbody>
          </table>
        </div>
        <Rows
          heading={cards.expiryHeading}
          label={cards.expiry}
          outcome={cards.outcome}
          rows={view.expiries.map((row) => [row.expiry, row.outcome])}
        />
        <Rows
          heading={cards.cvvHeading}
          label={cards.cvv}
          outcome={cards.outcome}
          rows={view.cvvs.map((row) => [row.cvv, row.outcome])}
        />
        <p class="back">
          <a href={homeUrl}>{cards.home}</a>
        </p>
      </section>
    </Shell>,
    { title: `${cards.title} · Gerbang`, language },
  )
}

function CardRow({ card: { pan, deck, threeDs, outcome }, language }: { card: TestCard; language: Language }) {
  const { page } = phrases(language)
  const shown = pan.replace(/(.{4})(?=.)/g, '$1 ')
  return (
    <tr>
      <td>
        <code>{shown}</code>
      </td>
      <td>
        <button class="button quiet small" type="button" data-copy={pan} data-copied={page.copied} hidden>
          <span data-label>{page.copy}</span>
          <span class="unseen"> {shown}</span>
        </button>
      </td>
      <td class="soft">{deck}</td>
      <td>{threeDs}</td>
      <td class="tail">{outcome}</td>
    </tr>
  )
}

function Rows(props: {
  heading: string
  label: string
  outcome: string
  rows: readonly (readonly [string, string])[]
}) {
  return (
    <>
      <h2>{props.heading}</h2>
      <div class="scroll">
        <table>
          <caption class="unseen">{props.heading}</caption>
          <thead>
            <tr>
              <th scope="col">{props.label}</th>
              <th scope="col">{props.outcome}</th>
            </tr>
          </thead>
          <tbody>
            {props.rows.map(([value, outcome]) => (
              <tr>
                <td>
                  <code>{value}</code>
                </td>
                <td>{outcome}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
