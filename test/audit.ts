import type { Client } from 'pg'
import type { StoredEvent } from '../src/event/chain.ts'
import { chainFault } from '../src/event/verify-chain.ts'
import { fold } from '../src/payment/history.ts'
import { finalAttemptStates, finalOrderStates } from '../src/payment/lifecycle.ts'

interface OrderRow {
  readonly order_id: string
  readonly state: string
  readonly event_seq: number
  readonly event_hash: Buffer
  readonly paid_attempt: number | null
}

/** Looks through a whole database for what must never be, and says what it finds. Nothing may be under way. */
export async function audit(client: Client, acknowledged: readonly string[]): Promise<string[]> {
  const rows = async <Row extends object>(sql: string) => (await client.query<Row>(sql)).rows
  const faults: string[] = []
  const orders = await rows<OrderRow>('select order_id, state, event_seq, event_hash, paid_attempt from payment_order')
  const attempts = await rows<{ order_id: string; attempt_no: number; state: string; attempt_token: string | null }>(
    'select order_id, attempt_no, state, attempt_token from attempt',
  )
  const events = await rows<StoredEvent & { order_id: string }>('select * from event order by order_id, seq')
  const callbacks = await rows<{ order_id: string; callback_id: string; state: string }>('select * from callback')
  const timers = new Set((await rows<{ timer_id: string }>('select timer_id from timer')).map((row) => row.timer_id))
  const urls = new Set(
    (
      await rows<{ order_id: string }>(`select order_id from payment_order where request like '%callbackUrl":"http%'`)
    ).map((row) => row.order_id),
  )
  const held = await rows<{ token: string }>('select token from vault_entry')
  const known = new Set(orders.map(({ order_id }) => order_id))
  for (const id of acknowledged) if (!known.has(id)) faults.push(`${id} was acknowledged and is not there`)

  for (const { order_id: id, state, event_seq, event_hash, paid_attempt } of orders) {
    const log = events.filter((event) => event.order_id === id)
    const fault = chainFault(log, { seq: event_seq, hash: event_hash })
    if (fault) faults.push(`${id}: ${fault}`)
    const folded = fold(log.map(({ type }) => type))
    if (folded !== state) faults.push(`${id} is ${state} and its log says ${folded}`)
    const own = attempts.filter((attempt) => attempt.order_id === id)
    const captured = own.filter((attempt) => attempt.state === 'captured')
    if (captured.length !== (state === 'captured' ? 1 : 0)) faults.push(`${id}: ${captured.length} captures, ${state}`)
    if ((captured[0]?.attempt_no ?? null) !== paid_attempt) faults.push(`${id} is paid by another attempt than it says`)
    const isFinal = finalOrderStates.has(state as never)
    const told = callbacks.filter((callback) => callback.order_id === id)
    if (told.length !== (isFinal && urls.has(id) ? 1 : 0)) faults.push(`${id}: ${told.length} callbacks, ${state}`)
    for (const { callback_id, state: delivery } of told)
      if ((delivery === 'pending') !== timers.has(`callback:${callback_id}`))
        faults.push(`${callback_id}: ${delivery}, timer`)
    if (state === 'open' && !timers.has(`expire:${id}`)) faults.push(`${id} is open and has no end`)
    for (const { attempt_no, state: at } of own)
      if (['authorizing', 'reversing'].includes(at) && !timers.has(`inquire:${id}:${attempt_no}`))
        faults.push(`${id}:${attempt_no} is ${at} and nobody will ask`)
  }
  const living = new Set(
    attempts.filter(({ state }) => !finalAttemptStates.has(state as never)).map((a) => a.attempt_token),
  )
  for (const { token } of held) if (!living.has(token)) faults.push(`the vault holds ${token} of no living attempt`)
  return faults
}
