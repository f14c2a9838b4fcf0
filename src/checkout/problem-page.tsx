import { renderPage } from '../pages/document.tsx'
import { MoneyLine } from '../pages/field.tsx'
import { type Language, phrases } from '../pages/language.ts'
import { Gate } from '../pages/mark.tsx'
import { Shell } from '../pages/shell.tsx'

/** A link that leads to no order, or to another's with a wrong secret: nobody can tell which. Send with 404. */
export function unknownLinkPage(language: Language): Buffer {
  return page(language, 'unknown_link')
}

/** What stops a page before its order is known: 503 `unavailable`, 500 `internal`, 429 `too_many`. */
export function problemPage(language: Language, kind: 'unavailable' | 'internal' | 'too_many'): Buffer {
  return page(language, kind)
}

function page(language: Language, kind: 'unknown_link' | 'unavailable' | 'internal' | 'too_many'): Buffer {
  const { problem } = phrases(language)
  const { title, text, money } = problem[kind]
  return renderPage(
    <Shell language={language} path="" testCardsUrl={null} shape="single">
      <section class="slab">
        <Gate state="shut" />
        <h1>{title}</h1>
        <p class="lead">{text}</p>
        <MoneyLine>{money}</MoneyLine>
        {kind === 'unknown_link' ? null : (
          <div class="actions">
            <a class="button quiet" href={`?lang=${language}`}>
              {problem.retry}
            </a>
          </div>
        )}
      </section>
    </Shell>,
    { title: `${title} · Gerbang`, language },
  )
}
