import type { Sql } from '../postgres/database.ts'
import type { Check, Tally } from './check.ts'
import { missingMerchants, type PageBounds, pageOfStrays, type Selection, type Table } from './table-store.ts'

/** Rows are looked at so many at a time. */
const pageSize = 5_000

/** The operator's own tables, of which no merchant has a part. */
const operators: ReadonlySet<string> = new Set(['setting', 'migration', 'data_key'])

export const keyCheck: Check = {
  name: 'keys',
  invariant: 9,
  about: "every table's primary key begins with merchant_id",
}

export const merchantCheck: Check = {
  name: 'merchants',
  invariant: 9,
  about: 'every row is of a merchant who is there',
}

export const referenceCheck: Check = {
  name: 'references',
  invariant: 9,
  about: 'what a row is about is there and is of the same merchant',
}

export const timerCheck: Check = {
  name: 'timers',
  invariant: 9,
  about: "every timer is about something of its merchant's that is there",
}

export const integerCheck: Check = {
  name: 'integers',
  invariant: 11,
  about: 'no column can hold a fraction, and a column for an amount is a bigint',
}

export const wallChecks: readonly Check[] = [keyCheck, merchantCheck, referenceCheck, timerCheck, integerCheck]

const toOrder = {
  name: 'order_of',
  columns: `page.merchant_id, page.order_id, page.order_id as about,
     (select true from payment_order o
      where o.merchant_id = page.merchant_id and o.order_id = page.order_id) is null as is_missing`,
}

/** What a table's rows are about, and whether it is there. */
const references: Readonly<Record<string, Selection>> = {
  attempt: toOrder,
  card_use: {
    name: 'attempt_counted',
    columns: `page.merchant_id, page.order_id, 'attempt ' || page.attempt_no as about,
     (select true from attempt a
      where a.merchant_id = page.merchant_id and a.order_id = page.order_id
        and a.attempt_no = page.attempt_no) is null as is_missing`,
  },
  operation: toOrder,
  receipt: toOrder,
  // One that tells of an account that was linked is about no order.
  callback: {
    name: 'callback_about',
    columns: `page.merchant_id, page.order_id, page.order_id as about,
     page.order_id is not null and (select true from payment_order o
      where o.merchant_id = page.merchant_id and o.order_id = page.order_id) is null as is_missing`,
  },
  account_binding: {
    name: 'account_bound',
    columns: `page.merchant_id, null as order_id, 'account ' || left(page.account_id, 8) as about,
     page.account_id is not null and (select true from linked_account l
      where l.merchant_id = page.merchant_id and l.account_id = page.account_id and l.channel = page.channel
        and l.bank_reference = page.bank_reference) is null as is_missing`,
  },
  one_time_password: {
    name: 'password_for',
    columns: `page.merchant_id, null as order_id, 'a password to ' || page.purpose as about,
     case page.purpose
       when 'bind' then (select true from account_binding b
         where b.merchant_id = page.merchant_id and b.binding_no = decode(page.subject, 'hex'))
       when 'pay' then (select true from payment_order o
         where o.merchant_id = page.merchant_id and o.order_id = page.subject)
       else (select true from linked_account l
         where l.merchant_id = page.merchant_id and l.account_id = page.subject)
     end is null as is_missing`,
  },
  event: toOrder,
  plan: toOrder,
  plan_event: {
    name: 'plan_of',
    columns: `page.merchant_id, null as order_id, page.plan_id as about,
     (select true from plan p
      where p.merchant_id = page.merchant_id and p.plan_id = page.plan_id) is null as is_missing`,
  },
  simulated_authentication: toOrder,
  callback_attempt: {
    name: 'callback_of',
    columns: `page.merchant_id, null as order_id, page.callback_id as about,
     (select true from callback c
      where c.merchant_id = page.merchant_id and c.callback_id = page.callback_id) is null as is_missing`,
  },
  // All but the first simulated acquirer put their names before a reference (acquirer/simulated.ts).
  // A tombstone that came first names no order; any other entry is what one of our attempts asked for,
  // or what a payer brought and we were told of, or will be.
  simulated_authorization: {
    name: 'attempt_of',
    columns: `page.merchant_id, page.order_id, 'reference ' || page.reference as about,
     page.order_id is not null and (select true from attempt a
      where a.merchant_id = page.merchant_id and a.order_id = page.order_id
        and a.acquirer_reference = regexp_replace(page.reference, '^[A-Za-z0-9]+/', '')
      limit 1) is null
       and (select true from receipt r
         where r.merchant_id = page.merchant_id and r.order_id = page.order_id
           and r.reference = regexp_replace(page.reference, '^[A-Za-z0-9]+/', '')) is null
       and (select true from timer t
         where t.merchant_id = page.merchant_id and t.kind = 'notify'
           and t.subject like '%:' || regexp_replace(page.reference, '^[A-Za-z0-9]+/', '')
         limit 1) is null as is_missing`,
  },
  simulated_operation: {
    name: 'operation_of',
    columns: `page.merchant_id, page.order_id, 'reference ' || page.reference as about,
     page.order_id is not null and (select true from operation p
      where p.merchant_id = page.merchant_id and p.order_id = page.order_id
        and p.reference = regexp_replace(page.reference, '^[A-Za-z0-9]+/', '')
      limit 1) is null as is_missing`,
  },
  timer: {
    name: 'subject_of',
    columns: `page.merchant_id,
     case
       when page.kind in ('expire', 'lapse') then page.subject
       when page.kind in ('abandon', 'inquire', 'reverse', 'operation', 'undo') then regexp_replace(page.subject, ':[0-9]+$', '')
     end as order_id,
     page.timer_id as about,
     page.timer_id <> page.kind || ':' || page.subject or case
       when page.kind in ('expire', 'lapse') then (select true from payment_order o
         where o.merchant_id = page.merchant_id and o.order_id = page.subject)
       when page.kind in ('abandon', 'inquire', 'reverse') then (select true from attempt a
         where a.merchant_id = page.merchant_id and a.order_id = regexp_replace(page.subject, ':[0-9]+$', '')
           and a.attempt_no = substring(page.subject from ':([0-9]{1,4})$')::int)
       when page.kind in ('operation', 'undo') then (select true from operation p
         where p.merchant_id = page.merchant_id and p.order_id = regexp_replace(page.subject, ':[0-9]+$', '')
           and p.operation_no = substring(page.subject from ':([0-9]{1,4})$')::int)
       when page.kind = 'charge' then (select true from plan p
         where p.merchant_id = page.merchant_id and p.plan_id = page.subject)
       when page.kind = 'return' then (select true from receipt r
         where r.merchant_id = page.merchant_id and r.reference = page.subject)
       when page.kind = 'notify' then true
       when page.kind = 'callback' then (select true from callback c
         where c.merchant_id = page.merchant_id and c.callback_id = page.subject)
     end is null as is_missing`,
  },
}

/** Invariant 9 on the catalogue and on every row, and invariant 11 on the catalogue. */
export async function checkWalls(sql: Sql, tables: readonly Table[], tally: Tally): Promise<void> {
  const nobody = { merchantId: null, orderId: null }
  for (const table of tables) {
    const { name, primaryKey, columns } = table
    tally.examined(integerCheck, columns.length)
    for (const { name: column, type } of columns)
      if (/^(real|double|numeric|money)/.test(type) || (/amount|_minor$/.test(column) && type !== 'bigint'))
        tally.found(integerCheck, nobody, `${name}.${column} is ${type}`)
    if (operators.has(name)) continue
    tally.examined(keyCheck, 1)
    if (primaryKey[0]?.name !== 'merchant_id')
      tally.found(keyCheck, nobody, `the primary key of ${name} begins with ${primaryKey[0]?.name ?? 'nothing'}`)
    if (!columns.some((column) => column.name === 'merchant_id')) continue
    tally.examined(merchantCheck, 1)
    for (const merchantId of await missingMerchants(sql, table))
      tally.found(merchantCheck, { merchantId, orderId: null }, `${name} holds rows of a merchant who is not there`)
    const reference = references[name]
    if (reference) await checkReferences(sql, table, reference, tally)
  }
}

async function checkReferences(sql: Sql, table: Table, selection: Selection, tally: Tally): Promise<void> {
  const check = table.name === 'timer' ? timerCheck : referenceCheck
  let after: readonly string[] | null = null
  for (;;) {
    const bounds: PageBounds = { after, limit: pageSize }
    const { strays, end } = await pageOfStrays(sql, table, bounds, selection)
    if (!end) return
    tally.examined(check, end.count)
    for (const { merchant_id: merchantId, order_id: orderId, about } of strays)
      tally.found(check, { merchantId, orderId }, `${table.name} has a row about ${about}, which is not there`)
    after = end.last
  }
}
