import { MoneyLine, Submit } from '../pages/field.tsx'
import { Glyph } from '../pages/glyph.tsx'
import { phrases } from '../pages/language.ts'
import { Gate } from '../pages/mark.tsx'
import { BrowserData } from './card-form-page.tsx'
import type { AuthenticateStep, ChallengeStep, CheckoutPage, ProcessingStep } from './view.ts'

/** The 3DS method step: the bank looks at the browser in a frame that nobody sees, then the page goes on. */
export function Authenticate({ page, step: { method } }: { page: CheckoutPage; step: AuthenticateStep }) {
  const { language, action } = page
  const { authenticate } = phrases(language)
  return (
    <section class="slab work">
      <Gate state="waiting" />
      <h1>{authenticate.heading}</h1>
      <p class="lead">{authenticate.text}</p>
      <MoneyLine>{authenticate.noMoney}</MoneyLine>
      {method === null ? null : (
        <>
          <form method="post" action={method.url} target="method" data-method hidden>
            <input type="hidden" name="threeDSMethodData" value={method.data} />
          </form>
          <iframe
            class="frame"
            name="method"
            title={authenticate.frame}
            tabIndex={-1}
            aria-hidden="true"
            data-method-frame
          />
        </>
      )}
      <form method="post" action={`${action}/authenticate`} data-once data-method-next>
        <input type="hidden" name="methodCompleted" value="U" />
        <input type="hidden" name="lang" value={language} />
        <BrowserData />
        <Submit language={language} label={authenticate.button} busy={authenticate.waiting} />
      </form>
    </section>
  )
}

/** The challenge: the payer goes to the bank's own page and comes back. */
export function Challenge({ page, step }: { page: CheckoutPage; step: ChallengeStep }) {
  const { language } = page
  const { challenge } = phrases(language)
  return (
    <section class="slab work">
      <Gate state="waiting" />
      <h1>{challenge.heading}</h1>
      <p class="lead">
        {challenge.text} {challenge.after}
      </p>
      <MoneyLine>{challenge.noMoney}</MoneyLine>
      <form method="post" action={step.acsUrl} data-once data-auto-submit="1200">
        <input type="hidden" name="creq" value={step.creq} />
        {/* A real bank ignores it; the simulated one speaks the payer's language. */}
        <input type="hidden" name="lang" value={language} />
        <Submit language={language} label={challenge.button} busy={challenge.waiting}>
          <Glyph name="bank" />
        </Submit>
      </form>
      <OtherCard page={page} />
    </section>
  )
}

/** The way back to the form, for a payer who would rather pay with another card: no money has been asked for. */
export function OtherCard({ page: { language, action } }: { page: CheckoutPage }) {
  return (
    <p class="back">
      <a href={`${action}?lang=${language}&card=1`}>{phrases(language).authenticate.otherCard}</a>
    </p>
  )
}

/** The acquirer has been asked and has not answered yet. */
export function Processing({ page, step }: { page: CheckoutPage; step: ProcessingStep }) {
  const { language, action } = page
  const { processing } = phrases(language)
  return (
    <section class="slab work" data-poll={step.statusUrl} data-state={step.state}>
      <Gate state="waiting" />
      <h1>{processing.heading}</h1>
      <p class="lead">{processing.text}</p>
      <p class="notice bad" role="alert" data-lost hidden>
        {processing.lost}
      </p>
      <MoneyLine>{processing.once}</MoneyLine>
      <p class="lead">{processing.safe}</p>
      <div class="actions">
        <a class="button quiet" href={`${action}?lang=${language}`}>
          {processing.check}
        </a>
      </div>
    </section>
  )
}
