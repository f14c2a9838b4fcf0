import { renderPage } from '../pages/document.tsx'
import { type Language, phrases } from '../pages/language.ts'
import { Shell } from '../pages/shell.tsx'
import { providerTexts } from './provider-texts.ts'

export interface HomePage {
  readonly language: Language
  /** The path of this page. */
  readonly path: string
  readonly baseUrl: string
  readonly merchantId: string
  readonly merchantKey: string
  /** A command that opens an order, ready to paste. */
  readonly curl: string
  readonly testCardsUrl: string
  /** Where the sandbox plays banks, counters and wallets. */
  readonly simulators: { readonly bank: string; readonly scan: string; readonly wallet: string }
}

/** Where a developer lands: credentials, a first order, and the test cards. */
export function homePage(view: HomePage): Buffer {
  const { language, path, baseUrl, merchantId, merchantKey, curl, testCardsUrl, simulators } = view
  const { others, othersText, lookUp, scan, session } = providerTexts(language)
  const { home, page } = phrases(language)
  return renderPage(
    <Shell language={language} path={path} testCardsUrl={testCardsUrl} shape="wide">
      <section class="slab sheet">
        <h1>{home.heading}</h1>
        <p class="lead">{home.text}</p>
        <h2>{home.firstOrder}</h2>
        {/* Focusable, because a box that scrolls must be reachable by keyboard (WCAG 2.1.1). */}
        <pre tabIndex={0} role="region" aria-label={home.firstOrder}>
          <code>{curl}</code>
        </pre>
        <p class="row-tools">
          <CopyButton text={curl} name={home.firstOrder} language={language} />
        </p>
        <h2>{home.credentials}</h2>
        <dl class="receipt">
          {(
            [
              [home.baseUrl, baseUrl],
              [home.merchantId, merchantId],
              [home.merchantKey, merchantKey],
            ] as const
          ).map(([name, value]) => (
            <div>
              <dt>{name}</dt>
              <dd>
                <code>{value}</code>
                <CopyButton text={value} name={name} language={language} />
              </dd>
            </div>
          ))}
        </dl>
        <h2>{home.cards}</h2>
        <p class="lead">{home.cardsText}</p>
        <div class="row-start">
          <a class="button small" href={testCardsUrl}>
            {page.testCards}
          </a>
        </div>
        <h2>{others}</h2>
        <p class="lead">{othersText}</p>
        <div class="row-start row-many">
          {(
            [
              [simulators.bank, lookUp.title],
              [simulators.scan, scan.title],
              [simulators.wallet, session.open.title],
            ] as const
          ).map(([href, title]) => (
            <a class="button small" href={href}>
              {title}
            </a>
          ))}
        </div>
      </section>
    </Shell>,
    { title: home.title, language },
  )
}

function CopyButton({ text, name, language }: { text: string; name: string; language: Language }) {
  const { page } = phrases(language)
  return (
    <button class="button quiet small" type="button" data-copy={text} data-copied={page.copied} hidden>
      <span data-label>{page.copy}</span>
      <span class="unseen"> {name}</span>
    </button>
  )
}
