import type { ComponentChild } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { icon } from './mark.tsx'
import type { Language } from './language.ts'
import { script } from './script.ts'
import { stylesheet } from './stylesheet.ts'

export interface DocumentSettings {
  /** What the tab says; states the outcome (WCAG 2.4.2). */
  readonly title: string
  readonly language: Language
  /** Where this page can be read again by GET; the script goes there when the page is out of date. */
  readonly self?: string
  /** Who speaks: Gerbang, or the bank that the sandbox imitates. */
  readonly skin?: 'gerbang' | 'bank'
  /** Without script the page is read again after so many seconds. */
  readonly refreshSeconds?: number
}

/** A whole HTML document with the one style and the one script inside. Send it with `pageHeaders()`. */
export function renderPage(body: ComponentChild, settings: DocumentSettings): string {
  const { title, language, self, skin = 'gerbang', refreshSeconds } = settings
  const document = renderToString(
    <html lang={language} data-skin={skin}>
      <head>
        <meta charset="utf-8" />
        <title>{title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href={icon} />
        {refreshSeconds === undefined ? null : (
          <noscript>
            <meta http-equiv="refresh" content={`${refreshSeconds}${self ? `;url=${self}` : ''}`} />
          </noscript>
        )}
        <style dangerouslySetInnerHTML={{ __html: stylesheet }} />
      </head>
      <body data-self={self}>
        {body}
        <script dangerouslySetInnerHTML={{ __html: script }} />
      </body>
    </html>,
  )
  return `<!doctype html>${document}`
}
