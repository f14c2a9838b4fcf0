import { brandOf } from '../card/brand.ts'
import { Pan } from '../card/pan.ts'
import type { Sql } from '../postgres/database.ts'
import type { Check, Tally } from './check.ts'
import { type Column, masksOf, page, type PageRow, type Table } from './table-store.ts'

/*
 * Invariant 8 on every text of every table. What we write ourselves holds no number that could be a card's.
 * What a merchant wrote may hold any: sixteen digits that pass Luhn are as often an invoice or an identity
 * number. There it is a card's if its member says so, or if it has the mask of a card that tried to pay
 * that very order.
 */

export const cardNumberCheck: Check = {
  name: 'card-numbers',
  invariant: 8,
  about: 'no text holds a card number in clear',
}

const pageSize = 1_000

/** A merchant's own names for things, and what is made of them. */
const names: ReadonlySet<string> = new Set([
  'order_id',
  'timer_id',
  'subject',
  'merchant_id',
  'customer_id',
  'kept_customer_id',
])

/** What merchants write, or what we repeat of it. */
const merchantsWords: Readonly<Record<string, readonly string[]>> = {
  payment_order: ['request', 'meta_data'],
  account_binding: ['callback_url', 'success_url', 'fail_url', 'back_url'],
  callback: ['url', 'headers', 'body'],
  callback_attempt: ['answer'],
  merchant: ['name'],
  simulated_authentication: ['merchant_name'],
}

const textType = /^(text|character|json|xml|bytea|"?char"?|name)/

interface TextRow extends PageRow {
  readonly merchant_id: string | null
  readonly order_id: string | null
  /** What we wrote and what the merchant wrote, each as one text. */
  readonly ours: string
  readonly theirs: string
}

/**
 * A number as people and programs write it: digits, or groups of them with a blank or a dash between, with
 * nothing before or after that would make them part of a longer word, a UUID or a hash.
 */
const candidate =
  /(?<![\w./+=-])(?:\d{12,19}|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{5})(?![\w+/=-])/g

/** A member that holds a card's number, with the quotes escaped once or twice where JSON is inside JSON. */
const cardMember = /"(?:number|pan|card_?number)\\*"\s*:\s*\\*"?$/i

/** Looks through every text of a table. */
export async function checkCardNumbers(sql: Sql, tables: readonly Table[], tally: Tally): Promise<void> {
  for (const table of tables) if (table.primaryKey.length > 0) await checkTable(sql, table, tally)
}

async function checkTable(sql: Sql, table: Table, tally: Tally): Promise<void> {
  const texts = table.columns.filter(({ name, type }) => textType.test(type) && !names.has(name))
  if (texts.length === 0) return
  const isTheirs = ({ name }: Column) => merchantsWords[table.name]?.includes(name) ?? false
  const has = (name: string) => table.columns.some((column) => column.name === name)
  const orderOfTry = `(select c.order_id from callback c
       where c.merchant_id = page.merchant_id and c.callback_id = page.callback_id)`
  const selection = {
    name: 'texts_of',
    columns: `${has('merchant_id') ? 'page.merchant_id' : 'null'} as merchant_id,
     ${has('order_id') ? 'page.order_id' : table.name === 'callback_attempt' ? orderOfTry : 'null'} as order_id,
     ${joined(texts.filter((column) => !isTheirs(column)))} as ours,
     ${joined(texts.filter(isTheirs))} as theirs`,
  }
  let after: readonly string[] | null = null
  for (;;) {
    const rows: TextRow[] = await page<TextRow>(sql, table, { after, limit: pageSize }, selection)
    const last = rows.at(-1)
    if (!last) return
    tally.examined(cardNumberCheck, rows.length)
    await checkRows(sql, table.name, rows, tally)
    after = last.key
  }
}

/** Columns as one text, a line each. Bytes count as the characters that they hold. */
function joined(columns: readonly Column[]): string {
  const texts = columns.map(({ name, type }) => {
    const column = `page."${name.replaceAll('"', '""')}"`
    return type === 'bytea' ? `encode(${column}, 'escape')` : `${column}::text`
  })
  return texts.length === 0 ? `''` : `concat_ws(E'\\n', ${texts.join(', ')})`
}

async function checkRows(sql: Sql, table: string, rows: readonly TextRow[], tally: Tally): Promise<void> {
  const tell = (row: TextRow, how: string) =>
    tally.found(
      cardNumberCheck,
      { merchantId: row.merchant_id, orderId: row.order_id },
      `${table} holds ${how} in the row ${row.key.map((part) => part.replace(/\d{9,}/g, '…')).join(' ')}`,
    )
  const doubtful: { readonly row: TextRow; readonly mask: string }[] = []
  for (const row of rows) {
    if (cardNumbersIn(row.ours).length > 0) tell(row, 'a card number')
    const theirs = cardNumbersIn(row.theirs)
    if (theirs.some(({ isNamed }) => isNamed)) tell(row, 'a card number by its name')
    else for (const { pan } of theirs) doubtful.push({ row, mask: pan.mask })
  }
  if (doubtful.length === 0) return
  const orders = doubtful.flatMap(({ row: { merchant_id: merchantId, order_id: orderId } }) =>
    merchantId !== null && orderId !== null ? [{ merchantId, orderId }] : [],
  )
  const known = new Set(
    (await masksOf(sql, orders)).map(({ merchantId, orderId, mask }) => JSON.stringify([merchantId, orderId, mask])),
  )
  for (const { row, mask } of doubtful)
    if (known.has(JSON.stringify([row.merchant_id, row.order_id, mask]))) tell(row, "its payer's card number")
}

function cardNumbersIn(text: string): { readonly pan: Pan; readonly isNamed: boolean }[] {
  return [...text.matchAll(candidate)].flatMap(({ 0: digits, index }) => {
    const pan = Pan.parse(digits)
    if (!pan) return []
    const isNamed = cardMember.test(text.slice(Math.max(0, index - 40), index))
    return isNamed || brandOf(pan) ? [{ pan, isNamed }] : []
  })
}
