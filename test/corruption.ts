/*
 * How a database that the gateway wrote is damaged, for the auditor to notice. Each corruption is undone.
 */

/** Sets aside what the database itself would refuse. */
export const forced = (sql: string) => `do $$ begin set local session_replication_role = replica; ${sql}; end $$`

/** Takes away what keeps the sums of an order within bounds. */
export const unbound = 'alter table payment_order drop constraint payment_order_sums'

/** What a change is about: an order that `fillDatabase` made, or none. */
export type Corruption = readonly [check: string, name: string, order: string | null, sql: string]

export const order = (id: string) => `merchant_id = 'FINPAY770' and order_id = '${id}'`
export const callbackOf = (id: string) =>
  `merchant_id = 'FINPAY770' and callback_id = (select callback_id from callback where ${order(id)})`
export const referenceOf = (id: string) => `reference = (select acquirer_reference from attempt where ${order(id)})`
