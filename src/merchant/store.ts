import { Secret } from '../base/secret.ts'
import { type Sql, statement } from '../postgres/database.ts'
import { acquirerFromRow, type AcquirerRow, acquirersColumn } from './acquirer-store.ts'
import type { Merchant } from './merchant.ts'

/** Encrypts merchants' keys; bound to a purpose, so that one ciphertext cannot stand in for another. */
export interface KeyCipher {
  seal(plain: Buffer, purpose: string): Buffer
  open(sealed: Buffer, purpose: string): Buffer
}

interface Row {
  merchant_id: string
  route: number
  name: string
  key_sealed: Buffer
  previous_key_sealed: Buffer | null
  previous_key_until: Date | null
  new_key_used: boolean
  channels: string[]
  attempts_per_order: number
  sends_card_in_callback: boolean
  adds_order_to_return: boolean
  keeps_late_payments: boolean
  acquirers: AcquirerRow[]
  fraud_systems: string[]
}

const purposeOf = (merchantId: string) => `merchant key of ${merchantId}`

function fromRow(row: Row, cipher: KeyCipher): Merchant {
  const open = (sealed: Buffer) => new Secret(cipher.open(sealed, purposeOf(row.merchant_id)).toString('utf8'))
  return {
    merchantId: row.merchant_id,
    route: row.route,
    name: row.name,
    key: open(row.key_sealed),
    previousKey:
      row.previous_key_sealed && row.previous_key_until
        ? { key: open(row.previous_key_sealed), until: row.previous_key_until }
        : null,
    newKeyUsed: row.new_key_used,
    channels: row.channels,
    attemptsPerOrder: row.attempts_per_order,
    sendsCardInCallback: row.sends_card_in_callback,
    addsOrderToReturn: row.adds_order_to_return,
    keepsLatePayments: row.keeps_late_payments,
    acquirers: row.acquirers.map(acquirerFromRow),
    fraudSystems: row.fraud_systems,
  }
}

const columns = `merchant_id, route, name, key_sealed, previous_key_sealed, previous_key_until, new_key_used,
     channels, attempts_per_order, sends_card_in_callback, adds_order_to_return, keeps_late_payments, fraud_systems,
     ${acquirersColumn}`

const selectOne = statement('merchant.find', `select ${columns} from merchant where merchant_id = $1`)

export async function find(sql: Sql, cipher: KeyCipher, merchantId: string): Promise<Merchant | undefined> {
  const [row] = await sql.query<Row>(selectOne, [merchantId])
  return row && fromRow(row, cipher)
}

const selectByRoute = statement('merchant.find_by_route', `select ${columns} from merchant where route = $1`)

export async function findByRoute(sql: Sql, cipher: KeyCipher, route: number): Promise<Merchant | undefined> {
  const [row] = await sql.query<Row>(selectByRoute, [route])
  return row && fromRow(row, cipher)
}

const selectAll = statement('merchant.list', `select ${columns} from merchant order by merchant_id`)

export async function list(sql: Sql, cipher: KeyCipher): Promise<Merchant[]> {
  const rows = await sql.query<Row>(selectAll)
  return rows.map((row) => fromRow(row, cipher))
}

const insertOne = statement(
  'merchant.insert',
  `insert into merchant (merchant_id, route, name, key_sealed, created_at)
   values ($1, $2, $3, $4, $5)
   on conflict do nothing
   returning merchant_id`,
)

/** False when the id or the route is taken. */
export async function insert(
  sql: Sql,
  cipher: KeyCipher,
  merchant: { merchantId: string; route: number; name: string; key: Secret<string> },
  at: Date,
): Promise<boolean> {
  const { merchantId, route, name, key } = merchant
  const sealed = cipher.seal(Buffer.from(key.reveal(), 'utf8'), purposeOf(merchantId))
  const rows = await sql.query(insertOne, [merchantId, route, name, sealed, at])
  return rows.length === 1
}

const updateKey = statement(
  'merchant.rotate_key',
  `update merchant
   set previous_key_sealed = key_sealed,
       previous_key_until = $3,
       key_sealed = $2,
       new_key_used = false
   where merchant_id = $1
   returning merchant_id`,
)

/** Replaces the key; the old one stays valid until `until` (machine time). False: no such merchant. */
export async function rotateKey(
  sql: Sql,
  cipher: KeyCipher,
  merchantId: string,
  key: Secret<string>,
  until: Date,
): Promise<boolean> {
  const sealed = cipher.seal(Buffer.from(key.reveal(), 'utf8'), purposeOf(merchantId))
  const rows = await sql.query(updateKey, [merchantId, sealed, until])
  return rows.length === 1
}

const replaceKey = statement(
  'merchant.set_key',
  `update merchant
   set previous_key_sealed = key_sealed, previous_key_until = $3, key_sealed = $2, new_key_used = true
   where merchant_id = $1`,
)

/**
 * Sets the key at once: only for the sandbox's own merchant. The old one is kept, as one that is over, so that
 * what it signed and is still to be sent is signed anew.
 */
export async function setKey(
  sql: Sql,
  cipher: KeyCipher,
  merchantId: string,
  key: Secret<string>,
  at: Date,
): Promise<void> {
  const sealed = cipher.seal(Buffer.from(key.reveal(), 'utf8'), purposeOf(merchantId))
  await sql.query(replaceKey, [merchantId, sealed, at])
}

const updateChannels = statement(
  'merchant.set_channels',
  'update merchant set channels = $2 where merchant_id = $1 returning merchant_id',
)

/** Sets the `sourceOfFunds.type` values that it may use. False: no such merchant. */
export async function setChannels(sql: Sql, merchantId: string, channels: readonly string[]): Promise<boolean> {
  return (await sql.query(updateChannels, [merchantId, channels])).length === 1
}

const updateLatePayments = statement(
  'merchant.set_late_payments',
  'update merchant set keeps_late_payments = $2 where merchant_id = $1 returning merchant_id',
)

/** Sets whether it keeps money that comes late. False: no such merchant. */
export async function setLatePayments(sql: Sql, merchantId: string, keeps: boolean): Promise<boolean> {
  return (await sql.query(updateLatePayments, [merchantId, keeps])).length === 1
}

const markNewKeyUsed = statement(
  'merchant.new_key_used',
  `update merchant
   set new_key_used = true
   where merchant_id = $1 and not new_key_used
   returning merchant_id`,
)

/** Notes that the new key has authenticated a request. True for the caller that was first. */
export async function newKeyUsed(sql: Sql, merchantId: string): Promise<boolean> {
  const rows = await sql.query(markNewKeyUsed, [merchantId])
  return rows.length === 1
}

const takenRoute = statement('merchant.highest_route', `select coalesce(max(route), 0) as route from merchant`)

/** The lowest routing number above all that are given out. */
export async function freeRoute(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ route: number }>(takenRoute)
  return (row?.route ?? 0) + 1
}
