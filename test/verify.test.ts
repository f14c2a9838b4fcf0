import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { audit, checks } from '../src/audit/audit.ts'
import type { Report } from '../src/audit/tally.ts'
import { packageRoot } from '../src/postgres/package-root.ts'
import { type Sql, statement } from '../src/postgres/database.ts'
import { fillDatabase, neighbour, testCipher, testKeys } from './full-database.ts'
import { type TestGateway, testGateway } from './gateway.ts'
import { callbackOf, type Corruption, forced, order, referenceOf, unbound } from './corruption.ts'
import { operationCorruptions } from './operation-corruptions.ts'
import { planCorruptions } from './plan-corruptions.ts'
import { receiptCorruptions } from './receipt-corruptions.ts'

let gateway: TestGateway
before(async () => {
  gateway = await testGateway()
  await fillDatabase(gateway)
})
after(() => gateway?.close())

class Undo extends Error {}

/** What the auditor says of the database after a change, which is undone. */
async function auditAfter(change: string, limit?: number): Promise<Report> {
  let report: Report | undefined
  const work = async (sql: Sql): Promise<never> => {
    // Without names nothing is prepared, so that a changed column takes no other test by surprise.
    const unnamed: Sql = { query: ({ text }, values) => sql.query(statement('', text), values) }
    await unnamed.query(statement('', 'set transaction isolation level repeatable read'))
    await unnamed.query(statement('', change))
    report = await audit({ transaction: (auditing) => auditing(unnamed) }, testKeys, limit)
    throw new Undo()
  }
  await assert.rejects(gateway.database.transaction(work), Undo)
  assert.ok(report)
  return report
}

/** A number that no deck publishes; it passes the check digit, so that it could be somebody's. */
const strangers = '4556737586899855'

const corruptions: readonly Corruption[] = [
  // check          what was done                       to            how
  [
    'one-success',
    'an order without its payment',
    'paid',
    `update payment_order set paid_attempt = null where ${order('paid')}`,
  ],
  [
    'one-success',
    'another attempt named as the one that paid',
    'paid-second',
    `update payment_order set paid_attempt = 1 where ${order('paid-second')}`,
  ],
  [
    'one-success',
    'a second attempt that is paid',
    'paid-second',
    forced(`drop index attempt_one_success; update attempt set state = 'captured' where ${order('paid-second')}`),
  ],
  [
    'one-success',
    'a payment of an order that is not paid',
    'failed',
    `update attempt set state = 'captured' where ${order('failed')} and attempt_no = 5`,
  ],
  [
    'attempt-counts',
    'an attempt that is gone',
    'failed',
    `delete from attempt where ${order('failed')} and attempt_no = 2`,
  ],
  [
    'attempt-counts',
    'an attempt that is not counted',
    'failed',
    `update payment_order set attempt_count = 4 where ${order('failed')}`,
  ],
  [
    'attempt-counts',
    'a refusal that is not counted',
    'failed',
    `update payment_order set refused_count = 4 where ${order('failed')}`,
  ],
  [
    'one-at-a-time',
    'an old attempt that lives again',
    'failed',
    `update attempt set state = 'challenged' where ${order('failed')} and attempt_no = 1`,
  ],
  [
    'one-at-a-time',
    'an order that is open while it is being paid',
    'asked',
    `update payment_order set state = 'open' where ${order('asked')}`,
  ],
  [
    'one-at-a-time',
    'an attempt that outlives its order',
    'cancelled',
    forced(
      `insert into attempt (merchant_id, order_id, attempt_no, state, channel, created_at) values ('FINPAY770', 'cancelled', 1, 'challenged', 'cc', '2026-01-01')`,
    ),
  ],
  [
    'whom-asked',
    'a payment that names another acquirer than was asked',
    'paid',
    `update attempt set acquirer_id = 'simulator2' where ${order('paid')}`,
  ],
  [
    'whom-asked',
    'an attempt whose reference is another than its log tells',
    'asked',
    `update attempt set acquirer_reference = 'r' where ${order('asked')}`,
  ],
  [
    'late-approval',
    'a late approval that nobody gives back',
    'late',
    `delete from timer where timer_id = 'reverse:late:1'`,
  ],
  [
    'unknown',
    'an unknown outcome that nobody asks about',
    'asked',
    `delete from timer where timer_id = 'inquire:asked:1'`,
  ],
  [
    'unknown',
    'an unknown outcome that is asked about too late',
    'asked',
    `update timer set due_at = due_at + interval '1 day' where timer_id = 'inquire:asked:1'`,
  ],
  [
    'unknown',
    'a reversal that nobody repeats',
    'reversing',
    `delete from timer where timer_id = 'inquire:reversing:1'`,
  ],
  [
    'unknown',
    'a request without its reference',
    'asked',
    `update attempt set acquirer_reference = null where ${order('asked')}`,
  ],
  [
    'sums',
    'more captured than the order is of',
    'paid',
    forced(`${unbound}; update payment_order set amount_minor = amount_minor - 1 where ${order('paid')}`),
  ],
  [
    'sums',
    'less captured than the log tells',
    'paid',
    `update payment_order set captured_minor = captured_minor - 1 where ${order('paid')}`,
  ],
  [
    'acquirer',
    'money that the acquirer does not have',
    'paid',
    `update simulated_authorization set state = 'reversed' where ${referenceOf('paid')}`,
  ],
  [
    'acquirer',
    'money that the acquirer has and we do not',
    'reversed',
    `update simulated_authorization set state = 'approved' where ${referenceOf('reversed')}`,
  ],
  [
    'acquirer',
    'another amount at the acquirer',
    'paid',
    `update simulated_authorization set amount_minor = amount_minor + 1 where ${referenceOf('paid')}`,
  ],
  [
    'acquirer',
    'another approval code than the acquirer’s',
    'paid',
    `update attempt set approval_code = '000000' where ${order('paid')}`,
  ],
  [
    'bank',
    'an authentication that the bank did not give',
    'paid',
    `update attempt set trans_status = 'A' where ${order('paid')}`,
  ],
  [
    'bank',
    'an authentication that the bank does not know',
    'challenged',
    `update attempt set authentication_id = gen_random_uuid() where ${order('challenged')}`,
  ],
  ['log', 'an event that is gone', 'paid', `delete from event where ${order('paid')} and seq = 3`],
  ['log', 'the last event gone', 'paid', `delete from event where ${order('paid')} and type = 'order.captured'`],
  [
    'log',
    'an event that was changed',
    'paid',
    `update event set at = at + interval '1 ms' where ${order('paid')} and seq = 2`,
  ],
  ['log', 'an event whose data is no JSON', 'paid', `update event set data = '{' where ${order('paid')} and seq = 2`],
  [
    'log',
    'an event that nobody wrote',
    'open',
    `insert into event select merchant_id, order_id, 2, 'attempt.late_reversed', at, data, hash from event where ${order('open')}`,
  ],
  [
    'log',
    'an order that does not know its last event',
    'paid',
    `update payment_order set event_hash = '\\x00' where ${order('paid')}`,
  ],
  [
    'order-state',
    'a state that the log does not tell',
    'open',
    `update payment_order set state = 'cancelled' where ${order('open')}`,
  ],
  [
    'order-state',
    'a state that there is not',
    'open',
    `update payment_order set state = 'lost' where ${order('open')}`,
  ],
  [
    'attempt-state',
    'an attempt’s state that the log does not tell',
    'refused',
    `update attempt set state = 'declined' where ${order('refused')}`,
  ],
  [
    'attempt-state',
    'an attempt of which the log tells and that is not there',
    'refused',
    `delete from attempt where ${order('refused')}`,
  ],
  [
    'life-cycle',
    'a payment out of nothing',
    'paid',
    `update event set type = 'order.captured' where ${order('paid')} and type = 'attempt.started'`,
  ],
  [
    'life-cycle',
    'an event that is in no catalogue',
    'open',
    `update event set type = 'order.forgotten' where ${order('open')}`,
  ],
  [
    'life-cycle',
    'an expiry after the payment',
    'paid',
    `insert into event select merchant_id, order_id, seq + 1, 'order.expired', at, '{}', hash from event where ${order('paid')} and type = 'order.captured'`,
  ],
  [
    'first-event',
    'another amount than was asked for',
    'open',
    `update payment_order set amount_minor = 1 where ${order('open')}`,
  ],
  [
    'first-event',
    'another time than was asked for',
    'open',
    `update payment_order set expires_at = expires_at + interval '1 day' where ${order('open')}`,
  ],
  [
    'first-event',
    'another reference',
    'open',
    `update payment_order set reference = gen_random_uuid() where ${order('open')}`,
  ],
  ['endings', 'an end without its time', 'paid', `update payment_order set settled_at = null where ${order('paid')}`],
  [
    'endings',
    'an end of an attempt that lives',
    'challenged',
    `update attempt set ended_at = created_at where ${order('challenged')}`,
  ],
  ['callback', 'a merchant who is not told', 'paid', forced(`delete from callback where ${order('paid')}`)],
  [
    'callback',
    'a merchant who is told twice',
    'paid',
    `insert into callback select merchant_id, 'cb_2', order_id, event_seq, url, headers, body, state, attempt_count, created_at from callback where ${order('paid')}`,
  ],
  [
    'callback',
    'a merchant who is told of an open order',
    'open',
    `insert into callback select merchant_id, 'cb_2', 'open', 1, url, headers, body, state, attempt_count, created_at from callback where ${order('paid')}`,
  ],
  [
    'callback',
    'a callback that goes elsewhere',
    'paid',
    `update callback set url = 'http://127.0.0.1/' where ${order('paid')}`,
  ],
  [
    'callback',
    'a request that cannot be read',
    'paid',
    `update payment_order set request = '{' where ${order('paid')}`,
  ],
  [
    'callback-body',
    'a body of another order',
    'paid',
    `update callback set body = (select body from callback where ${order('paid-late')}) where ${order('paid')}`,
  ],
  [
    'callback-body',
    'a body that tells of another end',
    'expired',
    `update callback set body = convert_to(replace(convert_from(body, 'UTF8'), 'EXPIRED', 'CAPTURED'), 'UTF8') where ${order('expired')}`,
  ],
  ['callback-body', 'a body that is no JSON', 'paid', `update callback set body = 'x' where ${order('paid')}`],
  [
    'callback-signature',
    'a body that was changed',
    'paid',
    `update callback set body = convert_to(replace(convert_from(body, 'UTF8'), 'Your', 'your'), 'UTF8') where ${order('paid')}`,
  ],
  [
    'callback-signature',
    'a body without its signature',
    'cancelled',
    `update callback set body = convert_to(regexp_replace(convert_from(body, 'UTF8'), ',"signature".*', '}'), 'UTF8') where ${order('cancelled')}`,
  ],
  ['callback-schedule', 'an open delivery that nobody makes', 'cancelled', `delete from timer where kind = 'callback'`],
  [
    'callback-schedule',
    'an open delivery that is put off',
    'cancelled',
    `update timer set due_at = due_at + interval '1 day' where kind = 'callback'`,
  ],
  [
    'callback-schedule',
    'a delivery that was never acknowledged',
    'paid',
    `update callback_attempt set status = 500 where ${callbackOf('paid')}`,
  ],
  [
    'callback-schedule',
    'an acknowledgement that was not heard',
    'cancelled',
    `update callback_attempt set status = 201 where ${callbackOf('cancelled')}`,
  ],
  [
    'callback-schedule',
    'a delivery that is given up early',
    'cancelled',
    `update callback set state = 'abandoned' where ${order('cancelled')}`,
  ],
  [
    'callback-schedule',
    'a delivery that goes on when it is over',
    'paid',
    `insert into timer select merchant_id, 'callback:' || callback_id, created_at, 'callback', callback_id from callback where ${order('paid')}`,
  ],
  [
    'callback-schedule',
    'an attempt that is gone',
    'failed',
    `delete from callback_attempt where ${callbackOf('failed')} and attempt_no = 4`,
  ],
  [
    'merchant-key',
    'a key that does not open',
    null,
    `update merchant set key_sealed = '\\x00' where merchant_id = 'FINPAY770'`,
  ],
  [
    'vault',
    'a card that is gone',
    'challenged',
    `delete from vault_entry where token = (select attempt_token from attempt where ${order('challenged')})`,
  ],
  [
    'vault',
    'an ended attempt that still names a card',
    'paid',
    `update attempt set attempt_token = 'x' where ${order('paid')}`,
  ],
  [
    'abandonment',
    'an attempt that is never given up',
    'challenged',
    `delete from timer where timer_id = 'abandon:challenged:1'`,
  ],
  [
    'abandonment',
    'an attempt that is given up too late',
    'challenged',
    `update timer set due_at = due_at + interval '1 day' where timer_id = 'abandon:challenged:1'`,
  ],
  [
    'vault-entries',
    'a card of no attempt',
    null,
    `insert into vault_entry values ('FINPAY770', 'x', 1, '\\x00', '2026-01-01')`,
  ],
  [
    'data-keys',
    'a data key that was changed',
    null,
    `update data_key set wrapped = set_byte(wrapped, 40, get_byte(wrapped, 40) # 1)`,
  ],
  ['data-keys', 'a data key in the place of another version', null, `update data_key set version = 7`],
  ['card-seals', 'cards whose key is gone', null, `delete from data_key`],
  [
    'card-seals',
    'a stored card that was copied to another merchant',
    null,
    `insert into stored_card select '${neighbour}', card_token, customer_id, fingerprint, mask, info, expiry, key_version, ciphertext, created_at, last_used_at from stored_card`,
  ],
  ['card-seals', 'a stored card under another token', null, `update stored_card set card_token = repeat('ab', 32)`],
  ['card-seals', 'a stored card that shows another', null, `update stored_card set mask = '512345xxxxxx0008'`],
  ['card-seals', 'another fingerprint', null, `update stored_card set fingerprint = sha256('x')`],
  [
    'card-seals',
    'a card of an attempt that was changed',
    null,
    `update vault_entry set ciphertext = set_byte(ciphertext, 40, get_byte(ciphertext, 40) # 1)`,
  ],
  [
    'card-seals',
    'a card to be stored that was changed',
    null,
    `update vault_entry set kept_ciphertext = set_byte(kept_ciphertext, 40, get_byte(kept_ciphertext, 40) # 1)`,
  ],
  ['merchants', 'a stored card of nobody', null, `update stored_card set merchant_id = 'NOBODY'`],
  [
    'card-numbers',
    'a number among our own words',
    'paid',
    `update attempt set reason = '${strangers}' where ${order('paid')}`,
  ],
  [
    'card-numbers',
    'a number in an event, in groups',
    'paid',
    `update event set data = '{"note":"4556 7375 8689 9855"}' where ${order('paid')} and seq = 2`,
  ],
  ['card-numbers', 'a number in bytes', null, `insert into setting values ('x', 'card ${strangers}.')`],
  [
    'card-numbers',
    'a card’s number that the merchant sent',
    'open',
    `update payment_order set request = jsonb_set(request::jsonb, '{card}', '{"number":"${strangers}"}'::jsonb)::text where ${order('open')}`,
  ],
  [
    'card-numbers',
    'the payer’s number among the merchant’s words',
    'paid',
    `update payment_order set request = replace(request, 'Testing', 'for 5123450000000008') where ${order('paid')}`,
  ],
  [
    'keys',
    'a table that no merchant owns',
    null,
    `create table shared (id text primary key, merchant_id text not null)`,
  ],
  ['merchants', 'rows of nobody', null, `update timer set merchant_id = 'NOBODY' where timer_id = 'expire:open'`],
  ['references', 'an order that is gone', 'open', `delete from payment_order where ${order('open')}`],
  [
    'references',
    'events of an order of somebody else',
    'theirs',
    `update event set merchant_id = 'FINPAY770' where order_id = 'theirs'`,
  ],
  [
    'references',
    'attempts of an order of somebody else',
    'theirs',
    forced(`update attempt set order_id = 'theirs' where ${order('refused')}`),
  ],
  [
    'references',
    'a callback of an order of somebody else',
    'paid',
    forced(`update callback set merchant_id = '${neighbour}' where ${order('paid')}`),
  ],
  ['references', 'attempts at a callback that is gone', null, forced(`delete from callback where ${order('paid')}`)],
  [
    'references',
    'money that nobody asked for',
    'open',
    `insert into simulated_authorization values ('FINPAY770', 'x', 'open', 1000, 'IDR', 'approved', '123456', '00', null, '2026-01-01')`,
  ],
  [
    'references',
    'a counted attempt that is not there',
    'refused',
    `insert into card_use values ('FINPAY770', 'refused', 9, '2026-01-01', '512345', decode(repeat('00', 32), 'hex'), null, null, null)`,
  ],
  [
    'references',
    'an authentication for an order of somebody else',
    'theirs',
    `update simulated_authentication set order_id = 'theirs' where ${order('challenged')}`,
  ],
  [
    'timers',
    'a timer about nothing',
    'x',
    `insert into timer values ('FINPAY770', 'expire:x', '2026-01-01', 'expire', 'x')`,
  ],
  [
    'timers',
    'a timer about an attempt that is not there',
    'open',
    `insert into timer values ('FINPAY770', 'inquire:open:1', '2026-01-01', 'inquire', 'open:1')`,
  ],
  [
    'timers',
    'a timer about an order of somebody else',
    'open',
    `update timer set merchant_id = '${neighbour}' where timer_id = 'expire:open'`,
  ],
  [
    'timers',
    'a timer of a kind that there is not',
    null,
    `insert into timer values ('FINPAY770', 'sing:open', '2026-01-01', 'sing', 'open')`,
  ],
  [
    'timers',
    'a timer that is not called what it is',
    'open',
    `update timer set timer_id = 'open' where timer_id = 'expire:open'`,
  ],
  ['expiry', 'an order that never ends', 'open', `delete from timer where timer_id = 'expire:open'`],
  [
    'expiry',
    'an order that ends too late',
    'open',
    `update timer set due_at = due_at + interval '1 day' where timer_id = 'expire:open'`,
  ],
  [
    'amounts',
    'an amount below zero',
    'open',
    forced(
      `alter table payment_order drop constraint payment_order_amount_minor_check; ${unbound}; update payment_order set amount_minor = -1 where ${order('open')}`,
    ),
  ],
  [
    'amounts',
    'a currency that we do not keep',
    'open',
    `update payment_order set currency = 'USD' where ${order('open')}`,
  ],
  [
    'amounts',
    'a fraction in the log',
    'paid',
    `update event set data = replace(data, '"1000"', '"1000.50"') where ${order('paid')} and type = 'order.captured'`,
  ],
  [
    'integers',
    'a column that can hold fractions',
    null,
    `alter table payment_order alter column amount_minor type numeric`,
  ],
  ...operationCorruptions,
  ...planCorruptions,
  ...receiptCorruptions,
]

test('a database that the gateway wrote has nothing wrong, and every check had something to look at', async () => {
  const { checks: results, findings, total } = await audit(gateway.database, testKeys)
  assert.deepEqual(findings, [])
  assert.equal(total, 0)
  for (const { name, examined } of results) assert.ok(examined > 0, `${name} looked at nothing`)
})

suite('the auditor catches', () => {
  for (const [check, name, orderId, sql] of corruptions)
    test(`${name} (${check})`, async () => {
      const { findings, checks: results, total } = await auditAfter(sql)
      const own = findings.filter((finding) => finding.check === check)
      assert.ok(own.length > 0, `it says ${JSON.stringify(findings, null, 2)}`)
      assert.ok(
        own.some((finding) => finding.orderId === orderId),
        `it says ${JSON.stringify(own, null, 2)}`,
      )
      assert.equal(
        results.reduce((sum, result) => sum + result.findings, 0),
        total,
      )
      // One reference in three hundred ends in twelve digits of its own.
      for (const { sentence } of findings) assert.doesNotMatch(sentence, /(?<![\w-])\d{12,19}\b/)
    })
})

test('every check has a corruption that it catches', () => {
  const caught = new Set(corruptions.map(([check]) => check))
  assert.deepEqual([...caught].toSorted(), checks.map(({ name }) => name).toSorted())
})

test('what was signed with a key that nobody keeps is not judged, unless it came after', async () => {
  const sealed = testCipher.seal(Buffer.from('another-key'), 'merchant key of FINPAY770').toString('hex')
  const rotated = (until: string) =>
    `update merchant set key_sealed = '\\x${sealed}', previous_key_sealed = '\\x${sealed}', previous_key_until = '${until}'
     where merchant_id = 'FINPAY770'`
  const results = async (until: string) =>
    (await auditAfter(rotated(until))).checks.find(({ name }) => name === 'callback-signature')
  const { examined, findings } = (await results('2100-01-01')) ?? {}
  assert.deepEqual({ examined, findings }, { examined: 0, findings: 0 })
  assert.ok(((await results('2020-01-01'))?.findings ?? 0) > 3)
})

test('a row of nonsense is a finding, and all are counted where only the first are kept', async () => {
  const { findings, total } = await auditAfter(`update payment_order set state = ''`, 3)
  assert.equal(findings.length, 3)
  assert.ok(total > 20)
})

test('it looks at every order, however many there are', async () => {
  const own = await testGateway()
  try {
    const ids = Array.from({ length: 1_100 }, (_, index) => `many-${index}`)
    // So few at once that a busy machine refuses none of them.
    for (let from = 0; from < ids.length; from += 50)
      await Promise.all(ids.slice(from, from + 50).map((id) => own.initiate({ order: { id } })))
    // A merchant, two settings and a data key beside them.
    const migrations = readdirSync(join(packageRoot(), 'migrations')).length
    const whole = await audit(own.database, testKeys)
    assert.deepEqual(whole.findings, [])
    assert.equal(whole.checks.find(({ name }) => name === 'order-state')?.examined, ids.length)
    assert.equal(whole.checks.find(({ name }) => name === 'card-numbers')?.examined, 3 * ids.length + 4 + migrations)
    await own.database.query(
      statement('test.break', `update payment_order set state = 'captured' where order_id ~ '00$'`),
    )
    const broken = await audit(own.database, testKeys)
    assert.equal(broken.checks.find(({ name }) => name === 'order-state')?.findings, 10)
  } finally {
    await own.close()
  }
})
