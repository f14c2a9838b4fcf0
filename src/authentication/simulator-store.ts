import type { Money } from '../base/money.ts'
import type { Brand } from '../card/brand.ts'
import type { ThreeDs } from '../card/deck.ts'
import { integerArray, textArray, timestampArray, uuidArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'
import type { FinalStatus } from './authenticator.ts'
import type { Ending } from './course.ts'

/** What the directory server and the issuer's access control server know of an authentication. */
export interface Authentication {
  readonly merchantId: string
  readonly authenticationId: string
  readonly orderId: string
  /** Which authentication of the order, from 1. */
  readonly ordinal: number
  readonly attemptToken: string
  readonly notificationUrl: string
  readonly threeDs: ThreeDs
  readonly brand: Brand | null
  readonly last4: string
  readonly acsTransId: string
  readonly dsTransId: string
  readonly state: 'started' | 'challenging' | 'finished'
  /** Null until the authentication request has come. */
  readonly amount: Money | null
  readonly merchantName: string | null
  readonly triesLeft: number
  /** Machine time; null where the payer was never challenged. */
  readonly challengeUntil: Date | null
  readonly transStatus: FinalStatus | null
  readonly reason: string | null
  readonly cavv: string | null
}

interface Row {
  merchant_id: string
  authentication_id: string
  order_id: string
  ordinal: number
  attempt_token: string
  notification_url: string
  three_ds: ThreeDs
  brand: Brand | null
  last4: string
  acs_trans_id: string
  ds_trans_id: string
  state: Authentication['state']
  amount_minor: bigint | null
  currency: Money['currency'] | null
  merchant_name: string | null
  tries_left: number
  challenge_until: Date | null
  trans_status: FinalStatus | null
  reason: string | null
  cavv: string | null
}

const columns = `merchant_id, authentication_id, order_id, ordinal, attempt_token, notification_url, three_ds, brand,
     last4, acs_trans_id, ds_trans_id, state, amount_minor, currency, merchant_name, tries_left, challenge_until,
     trans_status, reason, cavv`

function fromRow(row: Row): Authentication {
  return {
    merchantId: row.merchant_id,
    authenticationId: row.authentication_id,
    orderId: row.order_id,
    ordinal: row.ordinal,
    attemptToken: row.attempt_token,
    notificationUrl: row.notification_url,
    threeDs: row.three_ds,
    brand: row.brand,
    last4: row.last4,
    acsTransId: row.acs_trans_id,
    dsTransId: row.ds_trans_id,
    state: row.state,
    amount: row.amount_minor !== null && row.currency ? { minor: row.amount_minor, currency: row.currency } : null,
    merchantName: row.merchant_name,
    triesLeft: row.tries_left,
    challengeUntil: row.challenge_until,
    transStatus: row.trans_status,
    reason: row.reason,
    cavv: row.cavv,
  }
}

async function one(rows: Promise<Row[]>): Promise<Authentication | undefined> {
  const [row] = await rows
  return row && fromRow(row)
}

const insertStarted = statement(
  'simulatedAuthentication.insert',
  `insert into simulated_authentication
     (merchant_id, authentication_id, order_id, ordinal, attempt_token, notification_url, three_ds, brand, last4,
      acs_trans_id, ds_trans_id, state, tries_left, created_at)
   select merchant_id, authentication_id, order_id, ordinal, attempt_token, notification_url, three_ds, brand, last4,
     acs_trans_id, ds_trans_id, 'started', tries_left, created_at
   from unnest($1::text[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[],
     $9::text[], $10::uuid[], $11::uuid[], $12::int[], $13::timestamptz[]) as new (
     merchant_id, authentication_id, order_id, ordinal, attempt_token, notification_url, three_ds, brand, last4,
     acs_trans_id, ds_trans_id, tries_left, created_at)
   on conflict do nothing
   returning merchant_id, authentication_id`,
)

export type Started = Pick<
  Authentication,
  | 'merchantId'
  | 'authenticationId'
  | 'orderId'
  | 'ordinal'
  | 'attemptToken'
  | 'notificationUrl'
  | 'threeDs'
  | 'brand'
  | 'last4'
  | 'acsTransId'
  | 'dsTransId'
  | 'triesLeft'
>

export interface Starting {
  readonly it: Started
  readonly at: Date
}

/**
 * Writes authentications of different orders. Undefined, in their order, where the attempt has its
 * authentication already, or the order one of that ordinal.
 */
export async function insert(sql: Sql, all: readonly Starting[]): Promise<(Authentication | undefined)[]> {
  const texts = (of: (it: Started) => string | null) => textArray(all.map(({ it }) => of(it)))
  const rows = await sql.query<NamedRow>(insertStarted, [
    texts(({ merchantId }) => merchantId),
    uuidArray(all.map(({ it }) => it.authenticationId)),
    texts(({ orderId }) => orderId),
    integerArray(all.map(({ it }) => it.ordinal)),
    texts(({ attemptToken }) => attemptToken),
    texts(({ notificationUrl }) => notificationUrl),
    texts(({ threeDs }) => threeDs),
    texts(({ brand }) => brand),
    texts(({ last4 }) => last4),
    uuidArray(all.map(({ it }) => it.acsTransId)),
    uuidArray(all.map(({ it }) => it.dsTransId)),
    integerArray(all.map(({ it }) => it.triesLeft)),
    timestampArray(all.map(({ at }) => at)),
  ])
  const written = new Set(rows.map(nameOfRow))
  return all.map(({ it }) => (written.has(nameOf(it)) ? { ...it, ...unanswered } : undefined))
}

/** What is true of every authentication before its request comes. */
const unanswered = {
  state: 'started',
  amount: null,
  merchantName: null,
  challengeUntil: null,
  transStatus: null,
  reason: null,
  cavv: null,
} as const

export type AuthenticationKey = Pick<Authentication, 'merchantId' | 'authenticationId'>
type NamedRow = Pick<Row, 'merchant_id' | 'authentication_id'>

/** One text for a key, to tell rows apart by. */
export function nameOf({ merchantId, authenticationId }: AuthenticationKey): string {
  return `${merchantId} ${authenticationId}`
}

function nameOfRow({ merchant_id, authentication_id }: NamedRow): string {
  return `${merchant_id} ${authentication_id}`
}

const findById = statement(
  'simulatedAuthentication.find',
  `select ${columns}
   from simulated_authentication
   where merchant_id = $1 and authentication_id = $2`,
)

export function find(sql: Sql, merchantId: string, authenticationId: string): Promise<Authentication | undefined> {
  return one(sql.query<Row>(findById, [merchantId, authenticationId]))
}

const findByAttempt = statement(
  'simulatedAuthentication.findOfAttempt',
  `select ${columns}
   from simulated_authentication
   where merchant_id = $1 and attempt_token = $2`,
)

export function findOfAttempt(sql: Sql, merchantId: string, attemptToken: string): Promise<Authentication | undefined> {
  return one(sql.query<Row>(findByAttempt, [merchantId, attemptToken]))
}

const lastOfOrder = statement(
  'simulatedAuthentication.lastOrdinal',
  `select coalesce(max(ordinal), 0) as last
   from simulated_authentication
   where merchant_id = $1 and order_id = $2`,
)

export async function lastOrdinal(sql: Sql, merchantId: string, orderId: string): Promise<number> {
  const [row] = await sql.query<{ last: number }>(lastOfOrder, [merchantId, orderId])
  return row?.last ?? 0
}

/** What the authentication request says, and what it leads to at once: a challenge or an ending. */
export interface Answer {
  readonly amount: Money
  readonly merchantName: string
  readonly methodCompleted: string
  readonly challengeUntil: Date | null
  readonly ending: Ending | null
  readonly cavv: string | null
}

const answerStarted = statement(
  'simulatedAuthentication.answer',
  `update simulated_authentication as it
   set state = new.state, amount_minor = new.amount_minor::bigint, currency = new.currency,
     merchant_name = new.merchant_name, method_completed = new.method_completed,
     challenge_until = new.challenge_until, trans_status = new.trans_status, reason = new.reason, cavv = new.cavv
   from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
     $9::text[], $10::text[], $11::text[]) as new (
     merchant_id, authentication_id, state, amount_minor, currency, merchant_name, method_completed, challenge_until,
     trans_status, reason, cavv)
   where it.merchant_id = new.merchant_id and it.authentication_id = new.authentication_id and it.state = 'started'
   returning it.merchant_id, it.authentication_id`,
)

export interface Answering {
  readonly it: Authentication
  readonly answer: Answer
}

/** Undefined, in their order, for those that were answered before; the first answer stands. */
export async function answer(sql: Sql, all: readonly Answering[]): Promise<(Authentication | undefined)[]> {
  const texts = (of: (each: Answering) => string | null) => textArray(all.map(of))
  const rows = await sql.query<NamedRow>(answerStarted, [
    texts(({ it }) => it.merchantId),
    uuidArray(all.map(({ it }) => it.authenticationId)),
    texts(({ answer: { ending } }) => stateAfter(ending)),
    texts(({ answer: { amount } }) => amount.minor.toString()),
    texts(({ answer: { amount } }) => amount.currency),
    texts(({ answer: { merchantName } }) => merchantName),
    texts(({ answer: { methodCompleted } }) => methodCompleted),
    timestampArray(all.map(({ answer: { challengeUntil } }) => challengeUntil)),
    texts(({ answer: { ending } }) => ending?.transStatus ?? null),
    texts(({ answer: { ending } }) => ending?.reason ?? null),
    texts(({ answer: { cavv } }) => cavv),
  ])
  const written = new Set(rows.map(nameOfRow))
  return all.map(({ it, answer: { amount, merchantName, challengeUntil, ending, cavv } }) => {
    if (!written.has(nameOf(it))) return undefined
    const transStatus = ending?.transStatus ?? null
    const reason = ending?.reason ?? null
    return { ...it, state: stateAfter(ending), amount, merchantName, challengeUntil, transStatus, reason, cavv }
  })
}

function stateAfter(ending: Ending | null): 'finished' | 'challenging' {
  return ending ? 'finished' : 'challenging'
}

const finishChallenge = statement(
  'simulatedAuthentication.finish',
  `update simulated_authentication
   set state = 'finished', trans_status = $3, reason = $4, cavv = $5
   where merchant_id = $1 and authentication_id = $2 and state = 'challenging'
   returning ${columns}`,
)

/** Undefined when the challenge is over already; a finished one never changes. */
export function finish(
  sql: Sql,
  { merchantId, authenticationId }: Authentication,
  { transStatus, reason }: Ending,
  cavv: string | null,
): Promise<Authentication | undefined> {
  return one(sql.query<Row>(finishChallenge, [merchantId, authenticationId, transStatus, reason, cavv]))
}

const countWrongTry = statement(
  'simulatedAuthentication.countWrong',
  `update simulated_authentication
   set tries_left = tries_left - 1,
     state = case when tries_left > 1 then state else 'finished' end,
     trans_status = case when tries_left > 1 then null else $3 end,
     reason = case when tries_left > 1 then null else $4 end
   where merchant_id = $1 and authentication_id = $2 and state = 'challenging'
   returning ${columns}`,
)

/** Counts a wrong password, and ends the challenge with the last one. Undefined when it is over already. */
export function countWrong(
  sql: Sql,
  { merchantId, authenticationId }: Authentication,
  atLast: Ending,
): Promise<Authentication | undefined> {
  return one(sql.query<Row>(countWrongTry, [merchantId, authenticationId, atLast.transStatus, atLast.reason]))
}
