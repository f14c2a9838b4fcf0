import { formatRupiah } from '../base/money.ts'
import { Glyph } from '../pages/glyph.tsx'
import { phrases } from '../pages/language.ts'
import type { CheckoutPage, QrStep } from './view.ts'
import { ExactAmount, methodOf, Waiting } from './waiting.tsx'

/** The half of the page with a code to scan. */
export function Qr({ page, step }: { page: CheckoutPage; step: QrStep }) {
  const { language, amount, merchantName, orderId } = page
  const { page: common, ways } = phrases(language)
  const { qr } = ways
  const method = methodOf(page, step)
  return (
    <Waiting page={page} step={step} heading={qr.heading(method)}>
      <p class="lead">{qr.text}</p>
      <p class="qr">
        <img
          src={step.imageUrl}
          alt={qr.picture(method, formatRupiah(amount), merchantName)}
          width={256}
          height={256}
        />
      </p>
      <p class="save">
        <a class="button quiet" href={step.pngUrl} download={`${step.channel}-${orderId}.png`}>
          {qr.save}
        </a>
      </p>
      <dl class="pay-box">
        <div class="plain">
          <dt>{qr.merchant}</dt>
          <dd>{merchantName}</dd>
        </div>
        {step.nmid === null ? null : (
          <div class="plain">
            <dt>NMID</dt>
            <dd class="digits">{step.nmid}</dd>
          </div>
        )}
        <ExactAmount page={page} isTyped={false} />
      </dl>
      <details class="steps payload">
        <summary>
          <span>{qr.payload}</span>
          <Glyph name="chevron" />
        </summary>
        <p>
          <code class="break">{step.payload}</code>
        </p>
        <p>
          <button class="button quiet small" type="button" data-copy={step.payload} data-copied={common.copied} hidden>
            <span data-label>{qr.copyPayload}</span>
          </button>
        </p>
      </details>
    </Waiting>
  )
}
