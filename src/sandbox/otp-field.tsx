import { Field } from '../pages/field.tsx'
import { type Language, phrases } from '../pages/language.ts'

/** Asks for a one-time password, on whatever page of a simulated bank; it says which one is taken. */
export function OtpField({ language, otp, mistake }: { language: Language; otp: string; mistake: string | null }) {
  const { acs } = phrases(language)
  return (
    <div class="fields">
      <Field
        name="otp"
        label={acs.otp}
        hint={acs.hint(otp)}
        full
        error={mistake}
        missing={acs.missing}
        invalid={acs.missing}
        input={{
          class: 'numeric otp',
          inputMode: 'numeric',
          autoComplete: 'one-time-code',
          maxLength: 12,
          'data-digits': '6',
        }}
      />
    </div>
  )
}
