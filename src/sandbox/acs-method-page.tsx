import { renderPage } from '../pages/document.tsx'
import { type Language, phrases } from '../pages/language.ts'

/**
 * What the hidden frame of the 3DS method step shows: it tells the page around it that the simulated bank
 * has seen the browser. Send it with `pageHeaders({ framedBy: 'anybody' })`.
 */
export function acsMethodPage(language: Language): Buffer {
  const { acs } = phrases(language)
  return renderPage(
    <main>
      <p class="slab" data-method-done>
        {acs.methodText}
      </p>
    </main>,
    { title: `${acs.methodTitle} · ${acs.bank}`, language, skin: 'bank' },
  )
}
