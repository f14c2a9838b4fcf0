import { Problem } from '../base/problem.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { debit } from '../payment/debit.ts'
import { refuseElsewhere } from '../payment/elsewhere.ts'
import type { NewOrder } from '../payment/initiate.ts'
import { type Order, type Standing, stateAt } from '../payment/order.ts'
import type { DebitChannel, LinkedAccount } from './account.ts'
import { findAccount } from './account-store.ts'
import { type DebitDeps, requireChannel } from './deps.ts'
import { issueOtp, refusalOf, spendOtp, tryPassword } from './otp.ts'
import type { Otp, OtpKey } from './otp-store.ts'

/** How orders are opened and known again, as far as purchases need it. */
export interface Opening {
  readonly initiate: (merchant: Merchant, request: NewOrder) => Promise<Order>
  readonly isSame: (order: Order, request: NewOrder) => boolean
}

/**
 * A merchant's account by its token. The token of another merchant, of another channel, or of an account that is not
 * linked any more is no account.
 *
 * @throws Problem `account_not_found`
 */
export async function requireAccount(
  { payments: { database } }: DebitDeps,
  { merchantId }: Merchant,
  channel: DebitChannel,
  accountId: string,
): Promise<LinkedAccount> {
  const account = await findAccount(database, { merchantId, accountId })
  if (account?.channel !== channel) throw new Problem('account_not_found')
  return account
}

/** What a purchase is made of: an order, the account, and where the merchant sends it the one-time password. */
export interface Purchase {
  readonly order: NewOrder
  readonly channel: DebitChannel
  readonly accountId: string
  readonly otp: string | null
}

/**
 * Opens an order and charges a linked account for it at once. Without a one-time password no more than the account's
 * limit. Repeated, it answers what became of it, also when the account or the password has gone meanwhile.
 *
 * @throws Problem `account_not_found`, `over_limit`, `invalid_otp` and its kin: no order is opened; `order_id_used`;
 *   `insufficient_funds`, `over_limit`, `declined`; `timeout` where it is not known whether it was paid
 */
export async function purchase(
  deps: DebitDeps,
  opening: Opening,
  merchant: Merchant,
  { order: wanted, channel, accountId, otp: password }: Purchase,
): Promise<void> {
  const { payments } = deps
  const bank = requireChannel(deps, merchant, channel)
  // A repeat is answered by what became of its order, whatever is wrong with it now.
  const unlessRepeated = async (error: unknown): Promise<null> => {
    if (error instanceof Problem && (await payments.orders.find(merchant.merchantId, wanted.orderId))) return null
    throw error
  }
  const account = await requireAccount(deps, merchant, channel, accountId).catch(unlessRepeated)
  const isOver = account !== null && password === null && !isWithin(account, wanted)
  if (isOver) await unlessRepeated(new Problem('over_limit'))
  const otp = account && password !== null ? await passwordFor(deps, account, password).catch(unlessRepeated) : null
  const order = await opening.initiate(merchant, wanted)
  const mayPay = account !== null && (password === null ? !isOver : otp !== null)
  const standing = await debit(payments, merchant, order, {
    bank,
    account: account?.bankReference ?? '',
    begins: mayPay,
    ...(otp && { also: async (sql) => spendOtp(sql, otp) }),
  })
  refuseUnpaid(deps, standing)
}

function isWithin({ limit }: LinkedAccount, { amount }: NewOrder): boolean {
  return limit === null || amount.minor <= limit.minor
}

async function passwordFor(deps: DebitDeps, { merchantId, accountId }: LinkedAccount, password: string): Promise<Otp> {
  const key: OtpKey = { merchantId, purpose: 'purchase', subject: accountId }
  const tried = await tryPassword(deps.passwords, key, { password, reference: null })
  if (tried.outcome === 'right') return tried.otp
  throw refusalOf(tried.outcome === 'used' ? 'unknown' : tried.outcome)
}

/**
 * Asks the bank to send the one-time password that the payer of an order types at the merchant's. While one is open its
 * reference is answered again.
 */
export async function sendOrderOtp(deps: DebitDeps, { merchantId, orderId }: Order): Promise<string> {
  return (await issueOtp(deps.passwords, { merchantId, purpose: 'pay', subject: orderId })).reference
}

/**
 * The payer's one-time password for an order that is open: where it is right the account is charged, once, however
 * often it is sent. Wrong too often, it counts as a refusal of the payer's.
 *
 * @throws Problem `order_not_found`, `order_id_used` for other content; otherwise as `purchase`
 */
export async function payWithOtp(
  deps: DebitDeps,
  opening: Pick<Opening, 'isSame'>,
  merchant: Merchant,
  { order: wanted, channel, accountId }: Purchase,
  { password, reference }: { readonly password: string; readonly reference: string },
): Promise<void> {
  const { payments, passwords } = deps
  const { merchantId } = merchant
  const bank = requireChannel(deps, merchant, channel)
  const order = (await payments.orders.find(merchantId, wanted.orderId))?.order
  if (!order) throw new Problem('order_not_found')
  if (!opening.isSame(order, wanted)) throw new Problem('order_id_used')
  const key: OtpKey = { merchantId, purpose: 'pay', subject: order.orderId }
  const tried = await tryPassword(passwords, key, { password, reference })
  if (tried.outcome !== 'right' && tried.outcome !== 'used') {
    if (tried.outcome === 'blocked' && tried.isNew)
      await refuseElsewhere(payments, merchant, order.orderId, channel, 'OTP_BLOCKED')
    throw refusalOf(tried.outcome)
  }
  const isPaid = order.paidAttempt !== null
  const account = isPaid ? null : await requireAccount(deps, merchant, channel, accountId)
  const standing = await debit(payments, merchant, order, {
    bank,
    account: account?.bankReference ?? '',
    begins: tried.outcome === 'right' && account !== null,
    also: async (sql) => spendOtp(sql, tried.otp),
  })
  refuseUnpaid(deps, standing)
}

/** What the bank said no with, as a merchant is told. */
const refusals: Readonly<Record<string, 'insufficient_funds' | 'over_limit'>> = {
  INSUFFICIENT_FUNDS: 'insufficient_funds',
  EXCEEDS_LIMIT: 'over_limit',
}

function refuseUnpaid({ payments: { clock } }: DebitDeps, { order, attempt }: Standing): void {
  // Also of money that has gone back since: `check` says where it is.
  if (order.paidAttempt !== null) return
  const state = stateAt(order, clock.now(order.merchantId))
  if (state === 'processing') throw new Problem('timeout')
  if (state === 'cancelled' || state === 'expired') throw new Problem('order_id_used')
  if (attempt?.state === 'declined' || attempt?.state === 'reversed')
    throw new Problem(refusals[attempt.reason ?? ''] ?? 'declined')
  // Open: it was begun with an account or a password that has gone, by a process that has gone.
  throw new Problem(state === 'failed' ? 'declined' : 'timeout')
}
