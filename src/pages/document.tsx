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

/** The head of every page in one language and skin: up to its title, between that and the style, the style. */
interface Frame {
  readonly start: Buffer
  readonly head: Buffer
  readonly style: Buffer
}

const frames = new Map<string, Frame>()
const styleTag = '<style>'
const end = Buffer.from(renderToString(<script dangerouslySetInnerHTML={{ __html: script }} />) + '</body></html>')
const bodyEnd = '</body>'

/**
 * A whole HTML document with the one style and the one script inside, as bytes: these two and the head are
 * the most of it and always the same, so only what stands between them is rendered and encoded. Send it with
 * `pageHeaders()`.
 */
export function renderPage(body: ComponentChild, settings: DocumentSettings): Buffer {
  const { title, language, self, skin = 'gerbang', refreshSeconds } = settings
  const { start, head, style } = frameOf(language, skin)
  const titled = renderToString(<title>{title}</title>)
  const bodied = renderToString(<body data-self={self}>{body}</body>)
  return Buffer.concat([
    start,
    Buffer.from(titled),
    head,
    ...(refreshSeconds === undefined ? [] : [Buffer.from(refresh(refreshSeconds, self))]),
    style,
    Buffer.from(bodied.slice(0, -bodyEnd.length)),
    end,
  ])
}

function refresh(seconds: number, self: string | undefined): string {
  return renderToString(
    <noscript>
      <meta http-equiv="refresh" content={`${seconds}${self ? `;url=${self}` : ''}`} />
    </noscript>,
  )
}

function frameOf(language: Language, skin: 'gerbang' | 'bank'): Frame {
  const name = `${language} ${skin}`
  const known = frames.get(name)
  if (known) return known
  const document = renderToString(
    <html lang={language} data-skin={skin}>
      <head>
        <meta charset="utf-8" />
        <title />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href={icon} />
        <style dangerouslySetInnerHTML={{ __html: stylesheet }} />
      </head>
    </html>,
  )
  const [start = '', rest = ''] = document.split('<title></title>')
  const styleAt = rest.indexOf(styleTag)
  const frame = {
    start: Buffer.from(`<!doctype html>${start}`),
    head: Buffer.from(rest.slice(0, styleAt)),
    style: Buffer.from(rest.slice(styleAt, -'</html>'.length)),
  }
  frames.set(name, frame)
  return frame
}
