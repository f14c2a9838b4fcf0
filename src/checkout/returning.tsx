import { type Language, phrases } from '../pages/language.ts'

/** Takes the payer back to the merchant by itself, unless the payer stays; only where there is script. */
export function Returning({
  language,
  merchantName,
  url,
  afterSeconds,
}: {
  language: Language
  merchantName: string
  url: string
  /** Absent: as long as a receipt takes to read. */
  afterSeconds?: number
}) {
  const { paid } = phrases(language)
  return (
    <div class="returning" data-return={url} data-after={afterSeconds} hidden>
      <p role="timer">
        {paid.returning(merchantName)} <span class="digits" data-seconds={paid.seconds} />
      </p>
      <button class="button quiet small" type="button" data-stay>
        {paid.stay}
      </button>
    </div>
  )
}
