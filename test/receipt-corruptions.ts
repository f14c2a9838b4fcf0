import { type Corruption, forced, order } from './corruption.ts'

const unwanted = `reference = (select reference from receipt where ${order('va-returned')} and state = 'returned')`

/** Damage to payments that are made elsewhere. */
export const receiptCorruptions: readonly Corruption[] = [
  ['receipts', 'a payment that paid and is gone', 'va-paid', `delete from receipt where ${order('va-paid')}`],
  [
    'receipts',
    'a payment that paid and is going back',
    'va-paid',
    `update receipt set state = 'returning', reason = 'late' where ${order('va-paid')}`,
  ],
  [
    'receipts',
    'a second payment that is kept',
    'va-returned',
    `update receipt set state = 'kept', reason = null where ${order('va-returned')}`,
  ],
  [
    'receipts',
    'a payment that is kept and did not pay',
    'va-open',
    `update receipt set order_id = 'va-open' where ${order('va-paid')}`,
  ],
  [
    'receipts',
    'a payment of another channel than the log tells',
    'va-paid',
    `update receipt set channel = 'vabni' where ${order('va-paid')}`,
  ],
  [
    'receipts',
    'a payment to another number than the log tells',
    'va-paid',
    `update receipt set payment_code = payment_code || '1' where ${order('va-paid')}`,
  ],
  [
    'receipts',
    'a payment that is kept for a reason to give it back',
    'va-paid',
    `update receipt set reason = 'late' where ${order('va-paid')}`,
  ],
  [
    'returns',
    'unwanted money that nobody gives back',
    'va-returning',
    `delete from timer where kind = 'return' and subject = (select reference from receipt where ${order('va-returning')})`,
  ],
  [
    'returns',
    'unwanted money that the log says is back',
    'va-returned',
    `update receipt set state = 'returning' where ${order('va-returned')} and state = 'returned'`,
  ],
  [
    'returns',
    'money that is said to be back and is not in the log',
    'va-returning',
    `update receipt set state = 'returned' where ${order('va-returning')}`,
  ],
  [
    'returns',
    'unwanted money that is gone',
    'va-returned',
    `delete from receipt where ${order('va-returned')} and state = 'returned'`,
  ],
  [
    'returns',
    'another reason than the log tells',
    'va-returning',
    `update receipt set reason = 'late' where ${order('va-returning')}`,
  ],
  [
    'returns',
    'money that is returned twice',
    'va-returned',
    `insert into event select merchant_id, order_id, seq + 1, type, at, data, hash from event where ${order('va-returned')} and type = 'receipt.returned'`,
  ],
  [
    'receipt-money',
    'more kept than the order asks',
    'va-paid',
    `update receipt set amount_minor = amount_minor + 1 where ${order('va-paid')}`,
  ],
  [
    'receipt-money',
    'another amount at the provider than was told',
    'va-returning',
    `update simulated_authorization set amount_minor = amount_minor + 1 where ${order('va-returning')}`,
  ],
  [
    'receipt-money',
    'money that is said to be back and that the provider holds',
    'va-returned',
    `update simulated_authorization set state = 'approved' where ${unwanted}`,
  ],
  [
    'receipt-money',
    'unwanted money that nobody paid',
    'va-returning',
    `delete from simulated_authorization where ${order('va-returning')}`,
  ],
  [
    'acquirer',
    'kept money that the provider gave back',
    'va-paid',
    `update simulated_authorization set state = 'reversed' where ${order('va-paid')}`,
  ],
  [
    'way-to-pay',
    'another number to pay to than the log tells',
    'va-open',
    `update payment_order set payment_code = payment_code || '1' where ${order('va-open')}`,
  ],
  [
    'way-to-pay',
    'a number that was picked and is gone',
    'picked',
    `update payment_order set payment_code = null where ${order('picked')}`,
  ],
  [
    'way-to-pay',
    'another channel than was picked',
    'picked',
    `update payment_order set channel = 'vabni' where ${order('picked')}`,
  ],
  [
    'way-to-pay',
    'another channel than that of the payment',
    'va-paid',
    `update payment_order set channel = 'cc' where ${order('va-paid')}`,
  ],
  ['references', 'money of which nobody will tell', 'va-untold', `delete from timer where kind = 'notify'`],
  [
    'references',
    'money of which nobody knows any more',
    'va-returning',
    forced(`delete from receipt where ${order('va-returning')}`),
  ],
  [
    'references',
    'money that was told as that of another order',
    'va-returning',
    `update receipt set order_id = 'va-open' where ${order('va-returning')}`,
  ],
  [
    'timers',
    'money that is to go back and never came',
    null,
    `insert into timer values ('FINPAY770', 'return:x', '2026-01-01', 'return', 'x')`,
  ],
  ['merchants', 'a payment of nobody', null, forced(`update receipt set merchant_id = 'NOBODY'`)],
]
