import { type Sql, statement } from '../postgres/database.ts'

/** The slash ends the name: `http://shop.example` is neither `http://shop.example.org` nor another port of it. */
const shelve = statement(
  'callback.shelve',
  `update timer
   set leased_until = $4::timestamptz + (waiting.place * 10 % $6::int) * interval '1 millisecond'
   from (
     select held.merchant_id, held.timer_id, row_number() over () as place
     from (
       select merchant_id, timer_id, subject
       from timer
       where merchant_id || '' = $1
         and kind = 'callback'
         and due_at <= $2
         and (leased_until is null or leased_until < $3)
       order by due_at, timer_id
       limit $7
       for update skip locked
     ) as held
     cross join lateral (
       select url
       from callback
       where merchant_id = held.merchant_id and callback_id = held.subject
       limit 1
     ) as told
     where starts_with(told.url, $5::text || '/')
   ) as waiting
   where timer.merchant_id = waiting.merchant_id and timer.timer_id = waiting.timer_id
   returning timer.timer_id`,
)

export interface Shelving {
  readonly merchantId: string
  readonly origin: string
  /** Business time of the merchant. */
  readonly now: Date
  readonly machine: Date
  /** When the first of them comes back, in machine time. */
  readonly until: Date
  /** Over how long the others follow, 10 ms apart. */
  readonly spreadMs: number
  readonly limit: number
}

/**
 * Leases what is due of a merchant to one host until a time of machine time: of so many that are due first,
 * those that go there. Nothing of their schedule is used up. Answers how many there were.
 */
export async function shelveDue(sql: Sql, it: Shelving): Promise<number> {
  const { merchantId, now, machine, until, origin, spreadMs, limit } = it
  const rows = await sql.query<{ timer_id: string }>(shelve, [merchantId, now, machine, until, origin, spreadMs, limit])
  return rows.length
}
