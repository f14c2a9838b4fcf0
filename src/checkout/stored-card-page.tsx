import { formatRupiah } from '../base/money.ts'
import { brandOf } from '../pages/card-brand.ts'
import { Submit } from '../pages/field.tsx'
import { Glyph } from '../pages/glyph.tsx'
import { phrases } from '../pages/language.ts'
import { OtherCard } from './bank-step-page.tsx'
import { BrowserData, CvvField, OtherWay, Points, shownCard, WhatWentWrong } from './card-form-page.tsx'
import { Agreement } from './recurring.tsx'
import type { CheckoutPage, StoredCardStep } from './view.ts'

/** The half of the page where a stored card is paid with: only the CVV is typed in. */
export function StoredCardForm({ page, step }: { page: CheckoutPage; step: StoredCardStep }) {
  const { language, action, amount, merchantName } = page
  const { card, storedCard, errors } = phrases(language)
  const isAmex = brandOf(step.cardMask) === 'American Express'
  const { cvv } = step.errors
  return (
    <section class="slab work">
      <WhatWentWrong page={page} step={step} />
      <h1>{storedCard.heading}</h1>
      {step.changeable ? <OtherWay page={page} /> : null}
      <dl class="receipt">
        <div>
          <dt>{storedCard.card}</dt>
          <dd>{shownCard(step.cardMask, page)}</dd>
        </div>
      </dl>
      <form method="post" action={`${action}/stored`} noValidate data-once>
        <input type="hidden" name="formNo" value={String(step.formNo)} />
        <input type="hidden" name="lang" value={language} />
        <BrowserData />
        <div class="fields">
          <CvvField
            language={language}
            hint={isAmex ? card.cvvHintAmex : card.cvvHint}
            error={cvv ? errors.cvv[cvv] : null}
          />
        </div>
        {step.points ? <Points language={language} points={step.points} isTicked={step.values.points} /> : null}
        <Agreement page={page} />
        <div class="actions">
          <Submit language={language} label={card.pay(formatRupiah(amount))} busy={card.busy}>
            <Glyph name="lock" />
          </Submit>
        </div>
        <p class="assurance">
          <Glyph name="shield" />
          <span>{card.privacy(merchantName)}</span>
        </p>
      </form>
      <OtherCard page={page} />
    </section>
  )
}
