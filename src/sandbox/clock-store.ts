import type { ClockSetting } from '../base/clock.ts'
import { type Sql, statement } from '../postgres/database.ts'

const selectAll = statement('sandbox.clocks', `select merchant_id, offset_ms, frozen_at from merchant_clock`)

/** Every moved clock, by merchant. */
export async function loadClocks(sql: Sql): Promise<ReadonlyMap<string, ClockSetting>> {
  const rows = await sql.query<{ merchant_id: string; offset_ms: bigint; frozen_at: Date | null }>(selectAll)
  return new Map(rows.map((row) => [row.merchant_id, { offsetMs: Number(row.offset_ms), frozenAt: row.frozen_at }]))
}

const upsert = statement(
  'sandbox.save_clock',
  `insert into merchant_clock (merchant_id, offset_ms, frozen_at)
   values ($1, $2, $3)
   on conflict (merchant_id) do update
   set offset_ms = excluded.offset_ms, frozen_at = excluded.frozen_at`,
)

export async function saveClock(sql: Sql, merchantId: string, { offsetMs, frozenAt }: ClockSetting): Promise<void> {
  await sql.query(upsert, [merchantId, offsetMs, frozenAt])
}
