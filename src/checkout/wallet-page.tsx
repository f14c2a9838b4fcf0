import { Glyph } from '../pages/glyph.tsx'
import { phrases } from '../pages/language.ts'
import { Refused } from './card-form-page.tsx'
import type { CheckoutPage, WalletStep } from './view.ts'
import { methodOf, Waiting } from './waiting.tsx'

/** The half of the page that leads to an app or a page of somebody else, or says that the payer's phone was asked. */
export function Wallet({ page, step }: { page: CheckoutPage; step: WalletStep }) {
  const { wallet } = phrases(page.language).ways
  const method = methodOf(page, step)
  return (
    <Waiting page={page} step={step} heading={wallet.heading(method)}>
      {step.refusal ? <Refused language={page.language} refusal={step.refusal} /> : null}
      <p class="lead">{step.pushedTo === null ? wallet.text(method) : wallet.pushed(method, step.pushedTo)}</p>
      {step.href === null ? null : (
        <div class="actions">
          <a class="button" href={step.href} rel="noreferrer">
            {wallet.open(method)}
            <Glyph name="next" />
          </a>
        </div>
      )}
    </Waiting>
  )
}
