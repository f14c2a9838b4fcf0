import { renderPage } from '../pages/document.tsx'
import { Submit } from '../pages/field.tsx'
import { type Language, phrases } from '../pages/language.ts'
import { BankShell } from '../pages/shell.tsx'
import { HiddenFields } from './acs-challenge-page.tsx'

export interface AcsReturnPage {
  readonly language: Language
  readonly notificationUrl: string
  /** base64url JSON, EMVCo CRes. */
  readonly cres: string
  readonly threeDSSessionData: string
}

/** Sends the payer back from the simulated bank with `cres`. Its headers need `notificationUrl` among the targets. */
export function acsReturnPage({ language, notificationUrl, cres, threeDSSessionData }: AcsReturnPage): Buffer {
  const { acs } = phrases(language)
  return renderPage(
    <BankShell language={language} path={null}>
      <section class="slab">
        <h1>{acs.returnHeading}</h1>
        <p class="lead">{acs.returnText}</p>
        <form method="post" action={notificationUrl} data-once data-auto-submit="400">
          <HiddenFields values={{ cres, threeDSSessionData }} />
          <Submit language={language} label={acs.returnButton} busy={acs.busy} />
        </form>
      </section>
    </BankShell>,
    { title: `${acs.returnTitle} · ${acs.bank}`, language, skin: 'bank' },
  )
}

/** The simulated bank knows no such challenge, or has finished it. Send with 404. */
export function acsUnknownPage(language: Language): Buffer {
  const { acs } = phrases(language)
  return renderPage(
    <BankShell language={language} path={null}>
      <section class="slab">
        <h1>{acs.unknownTitle}</h1>
        <p class="lead">{acs.unknownText}</p>
      </section>
    </BankShell>,
    { title: `${acs.unknownTitle} · ${acs.bank}`, language, skin: 'bank' },
  )
}
