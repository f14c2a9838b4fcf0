import { type Sql, statement } from '../postgres/database.ts'

const anyOrder = statement('sandbox.any_order', 'select 1 as found from payment_order limit 1')

/** True for a database that has been used: a seed would repeat values that are taken. */
export async function hasOrders(sql: Sql): Promise<boolean> {
  return (await sql.query(anyOrder)).length > 0
}
