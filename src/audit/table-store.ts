import { type Sql, type Statement, statement } from '../postgres/database.ts'

/*
 * Any table, by what the catalogue says of it, so that a table of a later release is looked at without
 * a word here. Names come from the catalogue and are quoted.
 */

export interface Column {
  readonly name: string
  /** As PostgreSQL writes it: `text`, `bigint`, `numeric(12,2)`. */
  readonly type: string
}

export interface Table {
  readonly name: string
  readonly columns: readonly Column[]
  /** In the key's order; empty where it has none. */
  readonly primaryKey: readonly Column[]
}

interface ColumnRow {
  table_name: string
  column_name: string
  type: string
  key_place: number | null
}

const selectColumns = statement(
  'audit.tables',
  `select c.relname as table_name,
     a.attname as column_name,
     format_type(a.atttypid, a.atttypmod) as type,
     array_position(i.indkey::int2[], a.attnum) as key_place
   from pg_class c
   join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
   join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
   left join pg_index i on i.indrelid = c.oid and i.indisprimary
   where c.relkind in ('r', 'p')
   order by c.relname, a.attnum`,
)

/** Every table of ours, by name. */
export async function tables(sql: Sql): Promise<Table[]> {
  const rows = await sql.query<ColumnRow>(selectColumns)
  return [...new Set(rows.map((row) => row.table_name))].map((name) => {
    const own = rows.filter((row) => row.table_name === name)
    const inKey = own.filter((row) => row.key_place !== null)
    const toColumn = (row: ColumnRow): Column => ({ name: row.column_name, type: row.type })
    return {
      name,
      columns: own.map(toColumn),
      primaryKey: inKey.toSorted((a, b) => (a.key_place ?? 0) - (b.key_place ?? 0)).map(toColumn),
    }
  })
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** One row of a page: its key as text, and what was selected. */
export interface PageRow {
  readonly key: readonly string[]
}

/**
 * What to select of each row of a page, which is called `page`; of a reference the columns of `ReferenceRow`. Other tables are asked by scalar subqueries: they
 * are looked up row by row, where a join could read a large table from its beginning for every page.
 */
export interface Selection {
  /** Part of the statement's name. */
  readonly name: string
  readonly columns: string
}

/** How many rows a page has, and the key of its last one. */
export interface PageEnd {
  readonly count: number
  readonly last: readonly string[]
}

export interface PageBounds {
  readonly after: readonly string[] | null
  readonly limit: number
}

/** A page of a table in the order of its key. */
export async function page<Row extends PageRow>(
  sql: Sql,
  table: Table,
  bounds: PageBounds,
  selection: Selection,
): Promise<Row[]> {
  const text = `select ${keyOf(table)} as key, ${selection.columns} ${rowsOf(table, bounds)} order by ${orderOf(table)}`
  return sql.query<Row>(named(selection, table, bounds, text), [bounds.limit, ...(bounds.after ?? [])])
}

/** A row that may be about something which is not there. */
export interface ReferenceRow extends PageRow {
  readonly merchant_id: string
  readonly order_id: string | null
  readonly about: string
  readonly is_missing: boolean
}

/** Of a page, the rows that are about something which is not there, and where the page ends. */
export async function pageOfStrays(
  sql: Sql,
  table: Table,
  bounds: PageBounds,
  selection: Selection,
): Promise<{ readonly strays: readonly ReferenceRow[]; readonly end: PageEnd | null }> {
  const text = `select *
   from (
     select ${keyOf(table)} as key, ${selection.columns},
       (count(*) over ())::int as page_rows,
       row_number() over (order by ${orderOf(table)}) as page_row
     ${rowsOf(table, bounds)}
   ) selected
   where is_missing or page_row = page_rows
   order by page_row`
  const rows = await sql.query<ReferenceRow & { page_rows: number }>(named(selection, table, bounds, text), [
    bounds.limit,
    ...(bounds.after ?? []),
  ])
  const last = rows.at(-1)
  return {
    strays: rows.filter((row) => row.is_missing),
    end: last ? { count: last.page_rows, last: last.key } : null,
  }
}

const keyOf = ({ primaryKey }: Table) =>
  `array[${primaryKey.map(({ name }) => `page.${quoted(name)}::text`).join(', ')}]`
const orderOf = ({ primaryKey }: Table) => primaryKey.map(({ name }) => `page.${quoted(name)}`).join(', ')

function rowsOf({ name, primaryKey }: Table, { after }: PageBounds): string {
  const key = primaryKey.map((column) => quoted(column.name)).join(', ')
  const start = primaryKey.map(({ type }, index) => `$${index + 2}::text::${type}`).join(', ')
  return `from (
     select * from ${quoted(name)}
     ${after ? `where (${key}) > (${start})` : ''}
     order by ${key}
     limit $1
   ) page`
}

function named(selection: Selection, { name }: Table, { after }: PageBounds, text: string): Statement {
  return statement(`audit.${selection.name}_${name}_${after ? 'on' : 'first'}`, text)
}

/** The merchants whom a table's rows name and who are not there. Steps from one to the next in the key's index. */
export async function missingMerchants(sql: Sql, { name }: Table): Promise<string[]> {
  const table = quoted(name)
  const text = `with recursive named as (
     (select merchant_id from ${table} order by merchant_id limit 1)
     union all
     select (select merchant_id from ${table} where merchant_id > named.merchant_id order by merchant_id limit 1)
     from named
     where named.merchant_id is not null
   )
   select named.merchant_id
   from named
   where named.merchant_id is not null
     and not exists (select from merchant where merchant.merchant_id = named.merchant_id)`
  const rows = await sql.query<{ merchant_id: string }>(statement(`audit.merchants_of_${name}`, text))
  return rows.map((row) => row.merchant_id)
}

const countHeld = statement(
  'audit.count_held',
  `select merchant_id, count(*)::int as cards, min(created_at) as oldest
   from vault_entry
   group by merchant_id
   order by merchant_id`,
)

/** How many cards the vault holds of each merchant. */
export async function cardsHeld(
  sql: Sql,
): Promise<{ readonly merchantId: string; readonly cards: number; readonly oldest: Date }[]> {
  const rows = await sql.query<{ merchant_id: string; cards: number; oldest: Date }>(countHeld)
  return rows.map((row) => ({ merchantId: row.merchant_id, cards: row.cards, oldest: row.oldest }))
}

const selectMasks = statement(
  'audit.masks',
  `select distinct merchant_id, order_id, card_mask
   from unnest($1::text[], $2::text[]) as wanted (merchant_id, order_id)
   join attempt using (merchant_id, order_id)
   where card_mask is not null`,
)

/** The masks of the cards with which somebody tried to pay these orders. */
export async function masksOf(
  sql: Sql,
  orders: readonly { readonly merchantId: string; readonly orderId: string }[],
): Promise<{ readonly merchantId: string; readonly orderId: string; readonly mask: string }[]> {
  const rows = await sql.query<{ merchant_id: string; order_id: string; card_mask: string }>(selectMasks, [
    orders.map(({ merchantId }) => merchantId),
    orders.map(({ orderId }) => orderId),
  ])
  return rows.map((row) => ({ merchantId: row.merchant_id, orderId: row.order_id, mask: row.card_mask }))
}
