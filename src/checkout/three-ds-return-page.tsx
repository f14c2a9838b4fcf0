import { MoneyLine } from '../pages/field.tsx'
import { renderPage } from '../pages/document.tsx'
import { type Language, phrases } from '../pages/language.ts'
import { Gate } from '../pages/mark.tsx'
import { Shell } from '../pages/shell.tsx'
import type { ThreeDsResult } from '../payment/three-ds-names.ts'
import { Returning } from './returning.tsx'

export interface ThreeDsReturnPage {
  readonly language: Language
  readonly merchantName: string
  readonly testCardsUrl: string | null
  /** Path of the page. */
  readonly action: string
  readonly result: ThreeDsResult
  readonly returnUrl: string
}

/**
 * Between the bank and the merchant's own page. It is left by GET, after a moment or by its link: the bank's page came
 * here by a form, and a form may not be redirected to another site (design part 5).
 */
export function threeDsReturnPage(page: ThreeDsReturnPage): Buffer {
  const { language, merchantName, testCardsUrl, action, result, returnUrl } = page
  const { verified, order } = phrases(language)
  return renderPage(
    <Shell language={language} path={action} testCardsUrl={testCardsUrl} shape="single">
      <section class="slab work">
        <Gate state={result === 'SUCCESS' ? 'open' : result === 'PENDING' ? 'waiting' : 'shut'} />
        <h1>{verified.headings[result]}</h1>
        <p class="lead">{verified.text(merchantName)}</p>
        <MoneyLine>{verified.noMoney}</MoneyLine>
        <Returning language={language} merchantName={merchantName} url={returnUrl} afterSeconds={2} />
        <div class="actions">
          <a class="button full" href={returnUrl}>
            {order.backTo(merchantName)}
          </a>
        </div>
      </section>
    </Shell>,
    { title: `${verified.headings[result]} · Gerbang`, language, self: `${action}?lang=${language}` },
  )
}
