import type { ComponentChildren } from 'preact'
import { Glyph, type GlyphName } from './glyph.tsx'
import { type Language, languages, phrases } from './language.ts'
import { kept } from './kept.ts'
import { Mark } from './mark.tsx'

export interface ShellProps {
  readonly language: Language
  /** The path of this page by GET, its query without a language; empty for "where the browser is"; null where no GET leads here. */
  readonly path: string | null
  /** Where the sandbox prints its test cards; null in live mode, which shows no banner. */
  readonly testCardsUrl: string | null
  /** Where the sandbox plays the bank or the wallet that this page waits for; absent where it waits for none. */
  readonly simulatedUrl?: string | null
  /** `gate` holds two slabs, `single` one narrow, `wide` one broad. */
  readonly shape: 'gate' | 'single' | 'wide'
  readonly children: ComponentChildren
}

/** What stands around every page of Gerbang's own. */
export function Shell({ language, path, testCardsUrl, simulatedUrl = null, shape, children }: ShellProps) {
  const { page } = phrases(language)
  return (
    <>
      {testCardsUrl === null ? null : (
        <p class="strip">
          {page.sandbox}{' '}
          {simulatedUrl === null ? (
            <a href={testCardsUrl}>{page.testCards}</a>
          ) : (
            <a href={simulatedUrl}>{page.payThere}</a>
          )}
        </p>
      )}
      <header class="head">
        <span class="name">
          <Mark className="mark" />
          Gerbang
        </span>
        <LanguageSwitch language={language} path={path} />
      </header>
      <main class={shape} tabIndex={-1}>
        {children}
      </main>
      {footer(language)}
      <p class="unseen" role="status" data-announce />
    </>
  )
}

const footer = kept((language: Language) => (
  <footer class="foot">
    <span>
      {phrases(language).page.poweredBy}{' '}
      <span class="name">
        <Mark className="mark" />
        Gerbang
      </span>
    </span>
  </footer>
))

/** What stands around the pages of a bank, counter or wallet that the sandbox imitates: nothing of Gerbang's own look. */
export function BankShell({
  language,
  path,
  name,
  glyph = 'bank',
  strip,
  children,
}: Pick<ShellProps, 'language' | 'path' | 'children'> & {
  /** Who speaks; absent: the bank that knows cards. */
  readonly name?: string
  readonly glyph?: GlyphName
  readonly strip?: string
}) {
  const { acs } = phrases(language)
  return (
    <>
      <p class="strip">{strip ?? acs.sandbox}</p>
      <header class="head">
        <span class="name">
          <span class="mark bank-mark">
            <Glyph name={glyph} />
          </span>
          {name ?? acs.bank}
        </span>
        <LanguageSwitch language={language} path={path} />
      </header>
      <main class="single" tabIndex={-1}>
        {children}
      </main>
      <p class="unseen" role="status" data-announce />
    </>
  )
}

function LanguageSwitch({ language, path }: { language: Language; path: string | null }) {
  if (path === null) return null
  return (
    <nav aria-label={phrases(language).page.languageSwitch}>
      {languages
        .filter((other) => other !== language)
        .map((other) => (
          <a href={`${path}${path.includes('?') ? '&' : '?'}lang=${other}`} lang={other} hreflang={other}>
            {phrases(other).page.thisLanguage}
          </a>
        ))}
    </nav>
  )
}
