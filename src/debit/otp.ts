import { createHmac } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import { type Random, uuidFrom } from '../base/random.ts'
import type { Secret } from '../base/secret.ts'
import type { Sql } from '../postgres/database.ts'
import { findOtp, type Otp, type OtpKey, sendOtp, tryOtp, useOtp } from './otp-store.ts'

/** How long a one-time password can be used. Business time. */
export const otpLifeMs = 5 * 60_000

/** After so many wrong ones it is blocked until its time is over. */
export const otpTries = 3

export interface OtpDeps {
  readonly database: Sql
  readonly clock: Pick<Clock, 'now'>
  readonly random: Random
  /** Keys the hashes of passwords: of six digits, a plain hash would tell them all. */
  readonly otpKey: Secret<Buffer>
  /** Draws a password and sends it to the payer's phone. */
  readonly sendsOtp: () => string
}

/**
 * Sends a one-time password, unless one is open, which then stands.
 *
 * @throws Problem `otp_blocked` until the time of one is over that was typed wrongly too often
 */
export async function issueOtp(deps: OtpDeps, key: OtpKey): Promise<Otp> {
  const now = deps.clock.now(key.merchantId)
  const known = await findOtp(deps.database, key)
  const isOpen = known && known.state !== 'used' && now < known.expiresAt
  if (isOpen) return unblocked(known)
  const purpose = {
    merchant: key.merchantId,
    order: key.subject,
    purpose: `password to ${key.purpose}`,
    n: now.getTime(),
  }
  const reference = uuidFrom(deps.random.bytes(16, purpose))
  const blank = {
    ...key,
    reference,
    triesLeft: otpTries,
    state: 'sent',
    expiresAt: new Date(now.getTime() + otpLifeMs),
  } as const
  const hash = hashOf(deps, blank, deps.sendsOtp())
  const sent = (await sendOtp(deps.database, { ...blank, hash }, now)) ?? (await findOtp(deps.database, key))
  invariant(sent, 'a password stays once it is sent')
  return unblocked(sent)
}

function unblocked(otp: Otp): Otp {
  if (otp.state === 'blocked') throw new Problem('otp_blocked')
  return otp
}

/** What came of a password that somebody typed. `used`: it is right, and has served before. */
export type Tried =
  | { readonly outcome: 'right' | 'used'; readonly otp: Otp }
  | {
      readonly outcome: 'wrong' | 'blocked' | 'expired' | 'unknown'
      readonly triesLeft: number
      /** This very try has blocked it. */
      readonly isNew: boolean
    }

/**
 * Tries a password, and counts it where it is wrong.
 *
 * @param reference which one is meant; null: the one that is there
 */
export async function tryPassword(
  deps: OtpDeps,
  key: OtpKey,
  { password, reference }: { readonly password: string; readonly reference: string | null },
): Promise<Tried> {
  const now = deps.clock.now(key.merchantId)
  const known = await findOtp(deps.database, key)
  if (!known || (reference !== null && known.reference !== reference))
    return { outcome: 'unknown', triesLeft: 0, isNew: false }
  const hash = hashOf(deps, known, password)
  if (known.state === 'used')
    return known.hash.equals(hash)
      ? { outcome: 'used', otp: known }
      : { outcome: 'unknown', triesLeft: 0, isNew: false }
  const tried = await tryOtp(deps.database, known, hash, now)
  if (!tried) return again(deps, key, { password, reference: known.reference }, now)
  if (tried.hash.equals(hash)) return { outcome: 'right', otp: tried }
  const isBlocked = tried.state === 'blocked'
  return { outcome: isBlocked ? 'blocked' : 'wrong', triesLeft: tried.triesLeft, isNew: isBlocked }
}

/** It is not open: because its time is over, it is blocked, or somebody has used it meanwhile. */
async function again(
  deps: OtpDeps,
  key: OtpKey,
  { password, reference }: { readonly password: string; readonly reference: string },
  now: Date,
): Promise<Tried> {
  const known = await findOtp(deps.database, key)
  if (known?.reference !== reference) return { outcome: 'unknown', triesLeft: 0, isNew: false }
  if (known.state === 'used' && known.hash.equals(hashOf(deps, known, password))) return { outcome: 'used', otp: known }
  if (now >= known.expiresAt) return { outcome: 'expired', triesLeft: 0, isNew: false }
  return { outcome: known.state === 'blocked' ? 'blocked' : 'unknown', triesLeft: 0, isNew: false }
}

/**
 * Uses a password in the transaction that makes true what it was for.
 *
 * @throws Problem `conflict` where it was used before
 */
export async function spendOtp(sql: Sql, otp: Otp): Promise<void> {
  if (!(await useOtp(sql, otp))) throw new Problem('conflict', { reason: 'The one-time password was used meanwhile' })
}

/** A password that was not right, as a merchant is told. */
export function refusalOf(outcome: Exclude<Tried['outcome'], 'right' | 'used'>): Problem {
  return new Problem(outcome === 'blocked' ? 'otp_blocked' : outcome === 'expired' ? 'otp_expired' : 'invalid_otp')
}

function hashOf(
  { otpKey }: Pick<OtpDeps, 'otpKey'>,
  { merchantId, purpose, subject, reference }: Pick<Otp, 'merchantId' | 'purpose' | 'subject' | 'reference'>,
  password: string,
): Buffer {
  return createHmac('sha256', otpKey.reveal())
    .update(JSON.stringify([merchantId, purpose, subject, reference, password]))
    .digest()
}
