import type { Money } from '../base/money.ts'
import type { Redemption } from '../card/points.ts'

/** What 3-D Secure said of an attempt, as an acquirer wants to hear it (EMVCo names). */
export interface AuthenticationEvidence {
  readonly transStatus: string
  readonly eci: string
  readonly cavv: string | null
  readonly dsTransId: string | null
}

/**
 * A request for the money of one attempt. `reference` is ours, is new for each attempt, and is what
 * every later message about it names, so that nothing depends on an answer having arrived.
 */
export interface AuthorizeRequest {
  readonly merchantId: string
  readonly orderId: string
  readonly reference: string
  readonly amount: Money
  /** Names the card in the vault and the CVV in memory; the adapter alone turns it into them. */
  readonly attemptToken: string
  readonly authentication: AuthenticationEvidence | null
  /**
   * Points of the card that the issuer is to redeem for a part of the amount, which it settles with its cardholder:
   * the whole amount is authorized all the same. Null where there are none. An adapter whose acquirer cannot pass
   * this on sends nothing.
   */
  readonly points: Redemption | null
}

export interface Approved {
  readonly outcome: 'approved'
  /** Six characters, ISO 8583 DE 38. */
  readonly approvalCode: string
  /** ISO 8583 DE 39. */
  readonly responseCode: '00'
  /** The acquirer's three-digit bank code, `result.payment.channel` on the wire. */
  readonly channel: string
}

export interface Declined {
  readonly outcome: 'declined'
  /** ISO 8583 DE 39: 05 do not honour, 51 funds, 54 expired … */
  readonly responseCode: string
  /** The gateway's word for it, in Mastercard Gateway's names: DECLINED, EXPIRED_CARD, INSUFFICIENT_FUNDS … */
  readonly reason: string
}

/** The acquirer may or may not have acted. Never a decline (invariant 4). */
export interface Unknown {
  readonly outcome: 'unknown'
  readonly reason: string
}

export type Reply = Approved | Declined | Unknown

/**
 * Not a byte has left us: the acquirer certainly did nothing, and never will under this reference. Only then may
 * the money be asked for elsewhere (invariant 4).
 */
export interface NotSent {
  readonly outcome: 'not_sent'
  readonly reason: string
}

export type AuthorizeReply = Reply | NotSent

/** `reversed`: whatever the reference did is undone, and nothing that arrives under it any more takes effect. */
export type ReversalReply = { readonly outcome: 'reversed' } | Unknown

/** One message that we sent, as every later one about it names it. */
export interface Reference {
  readonly merchantId: string
  readonly orderId: string
  readonly reference: string
}

/** What can be asked for once an authorization stands. */
export type OperationKind = 'capture' | 'void' | 'refund'

/** A capture, void or refund that was asked for. */
export interface OperationReference extends Reference {
  readonly kind: OperationKind
  /** The reference of the authorization that it is about. */
  readonly authorization: string
}

/** Asks for one. A void gives up all that is held of its authorization, captured or not. */
export interface OperationRequest extends OperationReference {
  readonly amount: Money
}

export type OperationReply = { readonly outcome: 'approved'; readonly responseCode: '00' } | Declined | Unknown

/** An answer that comes by itself: because it is late, or because it is sent twice. */
export type UnaskedAnswer =
  | (Reference & { readonly about: 'authorization'; readonly reply: Reply })
  | (Reference & { readonly about: OperationKind; readonly reply: OperationReply })

/**
 * The port to whoever moves the money. An adapter turns every failure after bytes may have left into
 * `unknown`, and one before that into `not_sent` where it is certain; it throws only for our own bugs. Everything is safe to repeat for one reference, which the
 * acquirer takes for one message, and the acquirer itself keeps captures within what is authorized and
 * refunds within what is captured.
 */
export interface Acquirer {
  readonly id: string
  /** Authorizes and captures in one message (`transaction.mode` AUTHCAPTURE). */
  authorizeAndCapture(request: AuthorizeRequest): Promise<AuthorizeReply>
  /** Authorizes alone. */
  authorize(request: AuthorizeRequest): Promise<AuthorizeReply>
  /** Asks what became of a reference. `declined` with reason NOT_FOUND: the acquirer never saw it and has closed it. */
  inquire(request: Reference): Promise<Reply>
  /** Undoes whatever the reference did. An authorization that arrives afterwards must not take effect. */
  reverse(request: Reference): Promise<ReversalReply>
  operate(request: OperationRequest): Promise<OperationReply>
  /** As `inquire` and `reverse`, about a capture or refund; a void is inquired about and never reversed. */
  inquireOperation(request: OperationReference): Promise<OperationReply>
  reverseOperation(request: OperationReference): Promise<ReversalReply>
  /** Who is told of answers that come by themselves. */
  listen(heard: (answer: UnaskedAnswer) => void): void
}
