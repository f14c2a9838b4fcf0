import { Batcher } from '../postgres/batcher.ts'
import type { Database, Sql } from '../postgres/database.ts'
import type { Callback, CallbackAttempt } from './callback.ts'
import { scheduledAttempts } from './schedule.ts'
import * as store from './store.ts'

/** How an attempt of the schedule ended, to be written down. */
export interface Conclusion extends store.CallbackKey {
  readonly isDelivered: boolean
  /** Null where nothing was sent: the delivery is left as it is. */
  readonly ended: store.EndedAttempt | null
  /** Called in the same transaction with what became of the delivery. */
  readonly inTransaction: (sql: Sql, concluded: Concluded) => Promise<void>
}

/** What is true of a delivery after a conclusion was written. */
export interface Concluded {
  /** Undefined where nothing was moved. */
  readonly moved: store.Moved | undefined
  readonly attempt: CallbackAttempt | null
  /** How it stands, for what was not moved. */
  readonly standing: Callback | undefined
}

/**
 * The callbacks of the database, read and written for many deliveries with few statements, as deliveries to
 * many merchants begin and end at the same time.
 */
export class Callbacks {
  readonly #found: Batcher<store.CallbackKey, Callback | undefined>
  readonly #concluded: Batcher<Conclusion, Concluded>

  constructor(database: Database) {
    this.#found = new Batcher({ key: keyOf, write: (keys) => store.findAll(database, keys), isRead: true })
    this.#concluded = new Batcher<Conclusion, Concluded>({
      key: keyOf,
      write: (conclusions) => database.transaction((sql) => conclude(sql, conclusions)),
    })
  }

  find(key: store.CallbackKey): Promise<Callback | undefined> {
    return this.#found.add(key)
  }

  /** Writes down what came of an attempt, and moves what is to move with it. */
  conclude(conclusion: Conclusion): Promise<Concluded> {
    return this.#concluded.add(conclusion)
  }
}

async function conclude(sql: Sql, conclusions: readonly Conclusion[]): Promise<Concluded[]> {
  const sent = conclusions.filter(({ ended }) => ended !== null)
  const moves = sent.length > 0 ? await store.moveAll(sql, sent, scheduledAttempts) : []
  const moved = new Map(sent.map((conclusion, index) => [conclusion, moves[index]]))
  const recorded = sent.filter((conclusion) => moved.get(conclusion))
  const left = conclusions.filter((conclusion) => !moved.get(conclusion))
  const [attempts, standing] = await Promise.all([
    store.recordAttempts(
      sql,
      recorded.flatMap(({ ended, merchantId, callbackId }) => (ended ? [{ merchantId, callbackId, ...ended }] : [])),
    ),
    left.length > 0 ? store.findAll(sql, left) : [],
  ])
  const concluded = conclusions.map((conclusion) => ({
    conclusion,
    result: {
      moved: moved.get(conclusion),
      attempt: attempts[recorded.indexOf(conclusion)] ?? null,
      standing: standing[left.indexOf(conclusion)],
    },
  }))
  await Promise.all(concluded.map(({ conclusion, result }) => conclusion.inTransaction(sql, result)))
  return concluded.map(({ result }) => result)
}

/** Neither id can hold a line end. */
function keyOf({ merchantId, callbackId }: store.CallbackKey): string {
  return `${merchantId}\n${callbackId}`
}
