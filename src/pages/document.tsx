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

const styleBytes = Buffer.from(stylesheet)
const scriptBytes = Buffer.from(script)
const styleEnd = '</style>'
const scriptEnd = '</script>'

/**
 * A whole HTML document with the one style and the one script inside, as bytes: these two are the most of it
 * and always the same, so only what stands around them is rendered and encoded. Send it with `pageHeaders()`.
 */
export function renderPage(body: ComponentChild, settings: DocumentSettings): Buffer {
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
        <style />
      </head>
      <body data-self={self}>
        {body}
        <script />
      </body>
    </html>,
  )
  // What others say is escaped, so these tags are ours: the style's comes first, the script's last.
  const styleAt = document.indexOf(styleEnd)
  const scriptAt = document.lastIndexOf(scriptEnd)
  return Buffer.concat([
    Buffer.from(`<!doctype html>${document.slice(0, styleAt)}`),
    styleBytes,
    Buffer.from(document.slice(styleAt, scriptAt)),
    scriptBytes,
    Buffer.from(document.slice(scriptAt)),
  ])
}
