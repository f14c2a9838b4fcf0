import type { Money } from '../base/money.ts'

/** What the payer's browser said of itself; EMVCo 3-D Secure 2 browser data. All of it is untrusted. */
export interface BrowserData {
  readonly userAgent: string
  readonly acceptHeader: string
  readonly language: string
  readonly ip: string
}

export type FinalStatus = 'Y' | 'A' | 'N' | 'U' | 'R'

/** What the issuer's access control server says. C asks for a challenge; everything else is final. */
export type AuthenticationReply =
  | {
      readonly transStatus: FinalStatus
      readonly eci: string
      readonly cavv: string | null
      readonly dsTransId: string | null
      /** EMVCo transStatusReason 01 to 26, where there is one. */
      readonly reason: string | null
    }
  | { readonly transStatus: 'C'; readonly acsUrl: string; readonly creq: string }

/** A started authentication. `methodUrl` is null where the issuer has no method step. */
export interface StartedAuthentication {
  readonly authenticationId: string
  readonly methodUrl: string | null
  /** base64url JSON that the method form posts to `methodUrl`. */
  readonly methodData: string | null
}

/**
 * The port to 3-D Secure. The result that counts is the one that `result` returns, which the access
 * control server told us on its own way (RReq); the browser's copy is never read.
 */
export interface Authenticator {
  /** Looks the card up. Null: the card takes part in no 3-D Secure, and the attempt goes on without. */
  start(request: {
    merchantId: string
    orderId: string
    attemptToken: string
    notificationUrl: string
  }): Promise<StartedAuthentication | null>
  authenticate(request: {
    merchantId: string
    authenticationId: string
    amount: Money
    merchantName: string
    /** 3DS method completion indicator: Y done, N not done in time, U there was no method step. */
    methodCompleted: 'Y' | 'N' | 'U'
    browser: BrowserData
  }): Promise<AuthenticationReply>
  /** The final result, or null while the challenge is under way. */
  result(request: {
    merchantId: string
    authenticationId: string
  }): Promise<Exclude<AuthenticationReply, { transStatus: 'C' }> | null>
}
