import { bigintArray, byteaArray, integerArray, textArray, timestampArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'
import type { Attempt, Order } from './order.ts'
import { areNamed, type NamedRow, type OrderKey } from './standing-store.ts'

/** Of an order that somebody else's transaction holds nothing is waited for: all who go with it would wait too. */
const updateAll = statement(
  'payment.update_all',
  `update payment_order as o
   set state = new.state,
       channel = new.channel,
       payment_code = new.payment_code,
       account = new.account,
       attempt_count = new.attempt_count,
       refused_count = new.refused_count,
       paid_attempt = new.paid_attempt,
       settled_at = new.settled_at,
       authorized_minor = new.authorized_minor,
       captured_minor = new.captured_minor,
       refunded_minor = new.refunded_minor,
       authorized_until = new.authorized_until,
       captured_at = new.captured_at,
       pending_kind = new.pending_kind,
       pending_count = new.pending_count,
       pending_minor = new.pending_minor,
       operation_count = new.operation_count,
       event_seq = new.event_seq,
       event_hash = new.event_hash,
       version = new.version + 1
   from (
     select given.*
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::timestamptz[],
       $9::int[], $10::bytea[], $11::int[], $12::bigint[], $13::bigint[], $14::bigint[], $15::timestamptz[],
       $16::timestamptz[], $17::text[], $18::int[], $19::bigint[], $20::int[], $21::text[], $22::text[]) as given (
       merchant_id, order_id, state, channel, attempt_count, refused_count, paid_attempt, settled_at,
       event_seq, event_hash, version, authorized_minor, captured_minor, refunded_minor, authorized_until,
       captured_at, pending_kind, pending_count, pending_minor, operation_count, payment_code, account)
     join payment_order as held
       on held.merchant_id = given.merchant_id and held.order_id = given.order_id and held.version = given.version
     for no key update of held skip locked
   ) as new
   where o.merchant_id = new.merchant_id
     and o.order_id = new.order_id
     and o.version = new.version
   returning o.merchant_id, o.order_id`,
)

/**
 * Writes orders that were read in the versions that they name. Answers for each, in order, whether it was
 * written; false means that it has moved since, or is being moved. The rows must name different orders.
 */
export async function updateOrders(sql: Sql, orders: readonly Order[]): Promise<boolean[]> {
  const rows = await sql.query<NamedRow>(updateAll, [
    textArray(orders.map(({ merchantId }) => merchantId)),
    textArray(orders.map(({ orderId }) => orderId)),
    textArray(orders.map(({ state }) => state)),
    textArray(orders.map(({ channel }) => channel)),
    integerArray(orders.map(({ attemptCount }) => attemptCount)),
    integerArray(orders.map(({ refusedCount }) => refusedCount)),
    integerArray(orders.map(({ paidAttempt }) => paidAttempt)),
    timestampArray(orders.map(({ settledAt }) => settledAt)),
    integerArray(orders.map(({ eventSeq }) => eventSeq)),
    byteaArray(orders.map(({ eventHash }) => eventHash)),
    integerArray(orders.map(({ version }) => version)),
    bigintArray(orders.map(({ authorized }) => authorized.minor)),
    bigintArray(orders.map(({ captured }) => captured.minor)),
    bigintArray(orders.map(({ refunded }) => refunded.minor)),
    timestampArray(orders.map(({ authorizedUntil }) => authorizedUntil)),
    timestampArray(orders.map(({ capturedAt }) => capturedAt)),
    textArray(orders.map(({ pending }) => pending?.kind ?? null)),
    integerArray(orders.map(({ pending }) => pending?.count ?? 0)),
    bigintArray(orders.map(({ pending }) => pending?.amount.minor ?? 0n)),
    integerArray(orders.map(({ operationCount }) => operationCount)),
    textArray(orders.map(({ paymentCode }) => paymentCode)),
    textArray(orders.map(({ account }) => account)),
  ])
  return areNamed(orders, rows)
}

const saveAll = statement(
  'payment.save_all',
  `insert into attempt (
     merchant_id, order_id, attempt_no, state, channel, attempt_token, card_mask, card_info, authentication_id,
     authentication_step, trans_status, eci, cavv, ds_trans_id, acquirer_id, acquirer_reference, approval_code,
     acquirer_channel, response_code, reason, asked_at, created_at, ended_at, card_token, card_wish)
   select *
   from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
     $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[],
     $18::text[], $19::text[], $20::text[], $21::timestamptz[], $22::timestamptz[], $23::timestamptz[], $24::text[],
     $25::text[])
   on conflict (merchant_id, order_id, attempt_no) do update
   set state = excluded.state,
       attempt_token = excluded.attempt_token,
       authentication_id = excluded.authentication_id,
       authentication_step = excluded.authentication_step,
       trans_status = excluded.trans_status,
       eci = excluded.eci,
       cavv = excluded.cavv,
       ds_trans_id = excluded.ds_trans_id,
       acquirer_id = excluded.acquirer_id,
       acquirer_reference = excluded.acquirer_reference,
       approval_code = excluded.approval_code,
       acquirer_channel = excluded.acquirer_channel,
       response_code = excluded.response_code,
       reason = excluded.reason,
       asked_at = excluded.asked_at,
       ended_at = excluded.ended_at`,
)

/** Writes attempts, new or changed, of orders that this transaction has written. */
export async function saveAttempts(sql: Sql, attempts: readonly (OrderKey & { attempt: Attempt })[]): Promise<void> {
  if (attempts.length === 0) return
  const texts = (of: (attempt: Attempt) => string | null) => textArray(attempts.map(({ attempt }) => of(attempt)))
  const times = (of: (attempt: Attempt) => Date | null) => timestampArray(attempts.map(({ attempt }) => of(attempt)))
  await sql.query(saveAll, [
    textArray(attempts.map(({ merchantId }) => merchantId)),
    textArray(attempts.map(({ orderId }) => orderId)),
    integerArray(attempts.map(({ attempt }) => attempt.attemptNo)),
    texts(({ state }) => state),
    texts(({ channel }) => channel),
    texts(({ attemptToken }) => attemptToken),
    texts(({ cardMask }) => cardMask),
    texts(({ cardInfo }) => cardInfo && JSON.stringify(cardInfo)),
    texts(({ authenticationId }) => authenticationId),
    texts(({ authenticationStep }) => authenticationStep && JSON.stringify(authenticationStep)),
    texts(({ transStatus }) => transStatus),
    texts(({ eci }) => eci),
    texts(({ cavv }) => cavv),
    texts(({ dsTransId }) => dsTransId),
    texts(({ acquirerId }) => acquirerId),
    texts(({ acquirerReference }) => acquirerReference),
    texts(({ approvalCode }) => approvalCode),
    texts(({ acquirerChannel }) => acquirerChannel),
    texts(({ responseCode }) => responseCode),
    texts(({ reason }) => reason),
    times(({ askedAt }) => askedAt),
    times(({ createdAt }) => createdAt),
    times(({ endedAt }) => endedAt),
    texts(({ storedToken }) => storedToken),
    texts(({ cardWish }) => cardWish),
  ])
}
