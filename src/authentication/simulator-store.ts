import type { Money } from '../base/money.ts'
import type { Brand } from '../card/brand.ts'
import type { ThreeDs } from '../card/deck.ts'
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
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'started', $12, $13)
   on conflict do nothing
   returning ${columns}`,
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

/** Undefined when the attempt has its authentication already, or the order one of that ordinal. */
export function insert(sql: Sql, it: Started, at: Date): Promise<Authentication | undefined> {
  return one(
    sql.query<Row>(insertStarted, [
      it.merchantId,
      it.authenticationId,
      it.orderId,
      it.ordinal,
      it.attemptToken,
      it.notificationUrl,
      it.threeDs,
      it.brand,
      it.last4,
      it.acsTransId,
      it.dsTransId,
      it.triesLeft,
      at,
    ]),
  )
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
  `update simulated_authentication
   set state = $3, amount_minor = $4, currency = $5, merchant_name = $6, method_completed = $7,
     challenge_until = $8, trans_status = $9, reason = $10, cavv = $11
   where merchant_id = $1 and authentication_id = $2 and state = 'started'
   returning ${columns}`,
)

/** Undefined when it was answered before; the first answer stands. */
export function answer(
  sql: Sql,
  { merchantId, authenticationId }: Authentication,
  { amount, merchantName, methodCompleted, challengeUntil, ending, cavv }: Answer,
): Promise<Authentication | undefined> {
  return one(
    sql.query<Row>(answerStarted, [
      merchantId,
      authenticationId,
      ending ? 'finished' : 'challenging',
      amount.minor,
      amount.currency,
      merchantName,
      methodCompleted,
      challengeUntil,
      ending?.transStatus ?? null,
      ending?.reason ?? null,
      cavv,
    ]),
  )
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
