import type { AcquirerSimulator } from '../acquirer/simulator.ts'
import type { AccessControlServer } from '../authentication/access-control-server.ts'
import type { Money } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import type { Channel } from '../channel/catalogue.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import { type Order, type Standing, stateAt } from '../payment/order.ts'
import { type WireStatus, wireStatusOf } from '../payment/wire-status.ts'
import type { CvvKeeper } from '../vault/cvv.ts'
import type { CardRules, TypedCard } from '../vault/take-card.ts'
import type { Vault } from '../vault/vault.ts'
import type { ProviderSimulator } from './provider.ts'

/** What the payer is told to do (design 4.3). */
export interface PayerScript {
  /** How to pay; null: as the order says, by card where it says nothing. */
  readonly method: Channel | null
  /** Pays so much where it can choose; null: what is asked. */
  readonly amount: Money | null
  /** A typed card; where it names no number, the stored card that the order is to be paid with, if there is one. */
  readonly card: TypedCard & { readonly isChosen: boolean }
  /** Ticks the page's box. */
  readonly saveCard: boolean
  /** Ticks the one by which points are redeemed. */
  readonly points: boolean
  readonly authentication: 'success' | 'fail' | 'abandon'
  /** Null: the card decides. */
  readonly outcome: 'approved' | 'declined' | 'timeout' | 'late' | 'reversed' | null
  /** How often a refused payer tries; null: until the order has settled. */
  readonly attempts: number | null
}

/** One thing that happened, in order. */
export interface PayerStep {
  readonly step:
    | 'card'
    | 'challenge'
    | 'authentication'
    | 'authorization'
    | 'inquiry'
    | 'method'
    | 'lookup'
    | 'session'
    | 'payment'
    | 'reversal'
  readonly attempt: number
  readonly result: string
}

export interface PayerDeps {
  readonly payments: PaymentDeps
  readonly vault: Vault
  readonly cvvs: CvvKeeper
  readonly rules: CardRules
  readonly acquirer: AcquirerSimulator
  readonly provider: ProviderSimulator
  readonly accessControlServer: AccessControlServer
}

export function waitsForPayer(order: Order, { clock }: PaymentDeps): boolean {
  return stateAt(order, clock.now(order.merchantId)) === 'open'
}

export async function see(deps: PaymentDeps, merchantId: string, orderId: string): Promise<Standing> {
  const seen = await deps.orders.find(merchantId, orderId)
  if (!seen) throw new Problem('order_not_found')
  return seen
}

/** How the order stands, and what its payer did up to now. */
export async function report(
  deps: PaymentDeps,
  merchantId: string,
  orderId: string,
  steps: PayerStep[],
): Promise<{ status: WireStatus; steps: PayerStep[] }> {
  const { order, attempt } = await see(deps, merchantId, orderId)
  return { status: wireStatusOf(order, attempt, deps.clock.now(merchantId)), steps }
}
