import { type Corruption, forced, order, referenceOf, unbound } from './corruption.ts'

/** Damage to captures, voids and refunds, and to the sums of their orders. */
export const operationCorruptions: readonly Corruption[] = [
  [
    'sums',
    'more captured than is authorized',
    'captured-part',
    forced(`${unbound}; update payment_order set captured_minor = 2000 where ${order('captured-part')}`),
  ],
  [
    'sums',
    'more refunded than is captured',
    'refunded-part',
    forced(`${unbound}; update payment_order set refunded_minor = 2000 where ${order('refunded-part')}`),
  ],
  [
    'sums',
    'a refund that the log does not tell',
    'refunded-part',
    `update payment_order set refunded_minor = 400 where ${order('refunded-part')}`,
  ],
  [
    'pending',
    'more set aside than is under way',
    'operating',
    `update payment_order set pending_minor = pending_minor + 1 where ${order('operating')}`,
  ],
  [
    'pending',
    'two kinds under way at once',
    'operating',
    forced(
      `insert into operation select merchant_id, order_id, 2, 'void', amount_minor, currency, state, null, acquirer_id, 'r', null, null, asked_at, null from operation where ${order('operating')}`,
    ),
  ],
  [
    'pending',
    'an end of what is under way',
    'operating',
    `update operation set ended_at = asked_at where ${order('operating')}`,
  ],
  [
    'operation-state',
    'a refund that the log says is under way',
    'operating',
    `update operation set state = 'approved' where ${order('operating')}`,
  ],
  ['operation-state', 'a refund that is gone', 'refunded', `delete from operation where ${order('refunded')}`],
  [
    'operation-state',
    'a refund that is not counted',
    'refunded-part',
    `update payment_order set operation_count = 0 where ${order('refunded-part')}`,
  ],
  [
    'unknown-operation',
    'a refund without an answer that nobody asks about',
    'operating',
    `delete from timer where timer_id = 'operation:operating:1'`,
  ],
  [
    'unknown-operation',
    'a refund without an answer that is asked about too late',
    'operating',
    `update timer set due_at = due_at + interval '1 day' where timer_id = 'operation:operating:1'`,
  ],
  [
    'late-operation',
    'a late refund that nobody takes back',
    'undoing',
    `delete from timer where timer_id = 'undo:undoing:1'`,
  ],
  [
    'lapse',
    'an authorization that never lapses',
    'authorized',
    `delete from timer where timer_id = 'lapse:authorized'`,
  ],
  [
    'lapse',
    'an authorization without its time',
    'captured-part',
    `update payment_order set authorized_until = null where ${order('captured-part')}`,
  ],
  [
    'lapse',
    'an authorization that lapses too late',
    'authorized',
    `update timer set due_at = due_at + interval '1 day' where timer_id = 'lapse:authorized'`,
  ],
  [
    'acquirer',
    'a refund that the acquirer does not know',
    'refunded',
    `delete from simulated_operation where ${order('refunded')}`,
  ],
  [
    'acquirer',
    'less captured at the acquirer',
    'captured-part',
    `update simulated_authorization set captured_minor = 0 where ${referenceOf('captured-part')}`,
  ],
  [
    'acquirer',
    'more refunded at the acquirer',
    'refunded-part',
    `update simulated_authorization set refunded_minor = 900 where ${referenceOf('refunded-part')}`,
  ],
  [
    'acquirer',
    'a void that the acquirer has not done',
    'voided',
    `update simulated_authorization set is_voided = false where ${referenceOf('voided')}`,
  ],
  [
    'acquirer',
    'another amount of a refund at the acquirer',
    'refunded',
    `update simulated_operation set amount_minor = 999 where ${order('refunded')}`,
  ],
  [
    'callback',
    'a refund that the merchant was not told',
    'refunded-part',
    forced(
      `delete from callback where ${order('refunded-part')} and event_seq = (select event_seq from payment_order where ${order('refunded-part')})`,
    ),
  ],
]
