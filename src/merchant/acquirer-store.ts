import { type Sql, statement } from '../postgres/database.ts'
import type { MerchantAcquirer } from './merchant-acquirer.ts'

/** A row as JSON: it is read with its merchant, in one statement. Amounts are texts there, as JSON has no bigint. */
export interface AcquirerRow {
  readonly name: string
  readonly acquirer_id: string
  readonly priority: number
  readonly bins: string[] | null
  readonly schemes: string[] | null
  readonly min_minor: string | null
  readonly max_minor: string | null
  readonly is_enabled: boolean
}

/** A merchant's acquirers, as a column of a statement that reads `merchant`. */
export const acquirersColumn = `coalesce(
       (select json_agg(json_build_object('name', a.name, 'acquirer_id', a.acquirer_id, 'priority', a.priority,
          'bins', a.bins, 'schemes', a.schemes, 'min_minor', a.min_minor::text, 'max_minor', a.max_minor::text,
          'is_enabled', a.is_enabled))
        from merchant_acquirer a
        where a.merchant_id = merchant.merchant_id),
       '[]') as acquirers`

export function acquirerFromRow(row: AcquirerRow): MerchantAcquirer {
  const minorOf = (text: string | null) => (text === null ? null : BigInt(text))
  return {
    name: row.name,
    acquirerId: row.acquirer_id,
    priority: row.priority,
    bins: row.bins,
    schemes: row.schemes,
    minMinor: minorOf(row.min_minor),
    maxMinor: minorOf(row.max_minor),
    isEnabled: row.is_enabled,
  }
}

const putOne = statement(
  'merchantAcquirer.put',
  `insert into merchant_acquirer
     (merchant_id, name, acquirer_id, priority, bins, schemes, min_minor, max_minor, is_enabled)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict (merchant_id, name) do update
   set acquirer_id = excluded.acquirer_id,
       priority = excluded.priority,
       bins = excluded.bins,
       schemes = excluded.schemes,
       min_minor = excluded.min_minor,
       max_minor = excluded.max_minor,
       is_enabled = excluded.is_enabled`,
)

/** Gives a merchant an acquirer, or another rule for one that it has. */
export async function putAcquirer(sql: Sql, merchantId: string, acquirer: MerchantAcquirer): Promise<void> {
  const { name, acquirerId, priority, bins, schemes, minMinor, maxMinor, isEnabled } = acquirer
  await sql.query(putOne, [merchantId, name, acquirerId, priority, bins, schemes, minMinor, maxMinor, isEnabled])
}

const deleteOne = statement(
  'merchantAcquirer.delete',
  `delete from merchant_acquirer where merchant_id = $1 and name = $2 returning name`,
)

/** False where the merchant has none of that name. What was asked of it is still settled with it. */
export async function removeAcquirer(sql: Sql, merchantId: string, name: string): Promise<boolean> {
  return (await sql.query(deleteOne, [merchantId, name])).length === 1
}

const setSystems = statement(
  'merchant.set_fraud_systems',
  `update merchant set fraud_systems = $2 where merchant_id = $1 returning merchant_id`,
)

/** False: no such merchant. */
export async function setFraudSystems(sql: Sql, merchantId: string, systems: readonly string[]): Promise<boolean> {
  return (await sql.query(setSystems, [merchantId, systems])).length === 1
}
