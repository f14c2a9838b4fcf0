import type { Sql } from '../postgres/database.ts'
import { cancel, type TimerKey } from './store.ts'

interface Gathered {
  readonly keys: TimerKey[]
  readonly done: Promise<void>
}

const gathered = new WeakMap<Sql, Gathered>()

/**
 * Removes a timer in a transaction that many share, each for a timer of its own: what they ask for in one
 * turn is one statement. Deliveries are concluded a batch at a time, and a statement for each of them was
 * what the batch cost most.
 */
export function cancelTogether(sql: Sql, key: TimerKey): Promise<void> {
  let all = gathered.get(sql)
  if (!all) {
    const keys: TimerKey[] = []
    const done = Promise.resolve().then(() => {
      gathered.delete(sql)
      return cancel(sql, keys)
    })
    all = { keys, done }
    gathered.set(sql, all)
  }
  all.keys.push(key)
  return all.done
}
