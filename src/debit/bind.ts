import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import { uuidFrom } from '../base/random.ts'
import { insert } from '../callback/store.ts'
import { Pan } from '../card/pan.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { opens, parsePageToken } from '../payment/page-token.ts'
import { schedule } from '../timer/store.ts'
import { timerOf } from '../timer/timer.ts'
import type { LinkedAccount } from './account.ts'
import { insertAccount } from './account-store.ts'
import { type Binding, type BindingFailure, bindingIdOf, stageOf } from './binding.ts'
import { endBinding, findBinding, insertBinding, nameAccount } from './binding-store.ts'
import type { DebitDeps } from './deps.ts'
import { noticeOf } from './notice.ts'
import { issueOtp, spendOtp, type Tried, tryPassword } from './otp.ts'
import type { Otp, OtpKey } from './otp-store.ts'

/** A payer who has not linked an account by then begins anew at the merchant's. Business time. */
export const bindingLifeMs = 60 * 60_000

export type NewBinding = Pick<Binding, 'channel' | 'customerId' | 'callbackUrl' | 'successUrl' | 'failUrl' | 'backUrl'>

/** Opens the way for a payer to link an account. Nothing is linked yet, and nobody is told. */
export async function openBinding(
  { payments: { database, clock, random } }: DebitDeps,
  { merchantId }: Merchant,
  wanted: NewBinding,
): Promise<Binding> {
  const createdAt = clock.now(merchantId)
  const bytes = (length: number, purpose: string) =>
    random.bytes(length, { merchant: merchantId, order: wanted.customerId, purpose, n: createdAt.getTime() })
  const bindingNo = Buffer.alloc(12)
  bindingNo.writeUIntBE(createdAt.getTime(), 0, 6)
  bytes(6, 'binding number').copy(bindingNo, 6)
  const binding: Binding = {
    ...wanted,
    merchantId,
    bindingNo,
    pageSecret: bytes(16, 'binding secret'),
    reference: uuidFrom(bytes(16, 'binding reference')),
    state: 'open',
    mask: null,
    bankReference: null,
    accountId: null,
    reason: null,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + bindingLifeMs),
    endedAt: null,
  }
  await insertBinding(database, binding)
  return binding
}

/** The binding of a page's address, and whose it is; undefined for an address that is nobody's. */
export async function bindingOfPage(
  { payments }: DebitDeps,
  merchants: { findByRoute(route: number): Promise<Merchant | undefined> },
  text: string,
): Promise<{ readonly merchant: Merchant; readonly binding: Binding } | undefined> {
  const token = parsePageToken(text)
  const merchant = token && (await merchants.findByRoute(token.route))
  const binding = merchant && (await findBinding(payments.database, merchant.merchantId, token.orderNo))
  return binding && opens(token, binding) ? { merchant, binding } : undefined
}

/**
 * Its payer has named the account: the bank sends a one-time password. One that was named before stays the one.
 *
 * @throws Problem `wrong_state` where nothing can be linked any more
 */
export async function beginConfirming(
  deps: DebitDeps,
  binding: Binding,
  account: { readonly mask: string; readonly bankReference: string },
): Promise<void> {
  if (stage(deps, binding) !== 'open') throw new Problem('wrong_state')
  if (await nameAccount(deps.payments.database, binding, account)) await issueOtp(deps.passwords, otpOf(binding))
}

/** Sends another password where the one before cannot be used any more. */
export async function sendAgain(deps: DebitDeps, binding: Binding): Promise<void> {
  if (stage(deps, binding) !== 'confirming') throw new Problem('wrong_state')
  await issueOtp(deps.passwords, otpOf(binding))
}

export type Confirmed = Tried['outcome'] | 'over'

/**
 * Its payer has typed the password: where it is right, the account is linked and the merchant told of its token, in one
 * transaction; where it was wrong too often, nothing is linked, and the merchant is told that.
 */
export async function confirm(
  deps: DebitDeps,
  merchant: Merchant,
  binding: Binding,
  password: string,
): Promise<{ readonly outcome: Confirmed; readonly triesLeft: number }> {
  if (stage(deps, binding) !== 'confirming') return { outcome: 'over', triesLeft: 0 }
  const tried = await tryPassword(deps.passwords, otpOf(binding), { password, reference: null })
  if (tried.outcome === 'right') await link(deps, merchant, binding, tried.otp)
  if (tried.outcome === 'blocked') await fail(deps, merchant, binding, 'OTP_BLOCKED')
  return { outcome: tried.outcome, triesLeft: 'triesLeft' in tried ? tried.triesLeft : 0 }
}

/** Its payer has given up. */
export async function cancelBinding(deps: DebitDeps, merchant: Merchant, binding: Binding): Promise<void> {
  const at = stage(deps, binding)
  if (at === 'open' || at === 'confirming') await fail(deps, merchant, binding, 'CANCELLED')
}

function stage({ payments: { clock } }: DebitDeps, binding: Binding) {
  return stageOf(binding, clock.now(binding.merchantId))
}

function otpOf(binding: Binding): OtpKey {
  return { merchantId: binding.merchantId, purpose: 'bind', subject: bindingIdOf(binding) }
}

async function link(deps: DebitDeps, merchant: Merchant, binding: Binding, otp: Otp): Promise<void> {
  const account = accountOf(deps, binding)
  await end(deps, merchant, binding, { account, otp, reason: null }).catch((error: unknown) => {
    // Somebody else has typed it at the same time, and was first.
    if (!(error instanceof Problem) || error.problem !== 'conflict') throw error
  })
}

async function fail(deps: DebitDeps, merchant: Merchant, binding: Binding, reason: BindingFailure): Promise<void> {
  await end(deps, merchant, binding, { account: null, otp: null, reason })
}

/** Ends a binding and tells of it, once, in one transaction (invariants 1 and 6). */
async function end(
  { payments }: DebitDeps,
  merchant: Merchant,
  binding: Binding,
  { account, otp, reason }: { account: LinkedAccount | null; otp: Otp | null; reason: BindingFailure | null },
): Promise<void> {
  const { merchantId } = binding
  const at = payments.clock.now(merchantId)
  const callback = noticeOf({ payments }, merchant, binding, account, at)
  const timer = callback && timerOf(merchantId, 'callback', callback.callbackId, at)
  const isEnded = await payments.database.transaction(async (sql) => {
    const ended = await endBinding(sql, binding, { accountId: account?.accountId ?? null, reason, at })
    if (!ended) return false
    if (otp) await spendOtp(sql, otp)
    if (account) await insertAccount(sql, account)
    if (callback && timer) {
      await insert(sql, [callback])
      await schedule(sql, [timer])
    }
    return true
  })
  if (isEnded && timer) payments.wake(timer)
}

/** The account under a token of the documented form (finpay-api.md part 9). */
function accountOf({ payments: { random, clock } }: DebitDeps, binding: Binding): LinkedAccount {
  const { merchantId, channel, customerId, mask, bankReference } = binding
  invariant(mask !== null && bankReference !== null, 'a binding that is confirmed names an account')
  const bytes = (length: number, purpose: string) =>
    random.bytes(length, { merchant: merchantId, order: bindingIdOf(binding), purpose })
  const hex = bytes(16, 'account token').toString('hex')
  const hasLimits = channel === 'ddmandiri'
  return {
    merchantId,
    accountId: channel === 'ddbri' ? `card_${hex}` : channel === 'ddmandiri' ? hex.toUpperCase() : hex,
    channel,
    customerId,
    mask,
    bankReference,
    journeyId: hasLimits ? bytes(16, 'journey').toString('hex') : null,
    chargeToken: hasLimits ? chargeTokenFrom(bytes(8, 'charge token')) : null,
    limit: null,
    linkedAt: clock.now(merchantId),
  }
}

/** Twelve digits that nobody can take for a card's: where they pass its check, the last is another. */
export function chargeTokenFrom(bytes: Buffer): string {
  const digits = String(bytes.readBigUInt64BE() % 1_000_000_000_000n).padStart(12, '0')
  return Pan.parse(digits) ? digits.slice(0, -1) + String((Number(digits.at(-1)) + 1) % 10) : digits
}
