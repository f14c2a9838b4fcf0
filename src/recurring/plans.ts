import type { PlanKeeper, PlanStart } from '../payment/deps.ts'
import { Batcher } from '../postgres/batcher.ts'
import type { Database, Sql } from '../postgres/database.ts'
import { cancel, schedule } from '../timer/store.ts'
import { timerIdOf, timerOf } from '../timer/timer.ts'
import type { Plan } from './plan.ts'
import type { WrittenPlan } from './plan-change.ts'
import * as store from './plan-store.ts'
import { planOf } from './start.ts'

/**
 * The plans of the database, read and written for many callers with few statements: ten thousand may fall due in
 * one moment.
 */
export class Plans implements PlanKeeper {
  readonly #found: Batcher<store.PlanKey, Plan | undefined>
  readonly #changed: Batcher<WrittenPlan, boolean>

  constructor(database: Database) {
    this.#found = new Batcher({
      key: store.nameOf,
      write: (keys) => store.findAll(database, keys),
      isRead: true,
    })
    this.#changed = new Batcher({
      key: ({ plan }) => store.nameOf(plan),
      write: (changes) => database.transaction((sql) => write(sql, changes)),
    })
  }

  async start(sql: Sql, starts: readonly PlanStart[]): Promise<void> {
    await store.insert(sql, starts.map(planOf))
  }

  /** A plan as it stands now, or later. */
  find(key: store.PlanKey): Promise<Plan | undefined> {
    const { merchantId, planId } = key
    return this.#found.add({ merchantId, planId })
  }

  /** Writes a change durably; false when its plan has moved since it was read. */
  write(change: WrittenPlan): Promise<boolean> {
    return this.#changed.add(change)
  }
}

/** A plan has a timer as long as it has a time, and both are the same. */
async function write(sql: Sql, changes: readonly WrittenPlan[]): Promise<readonly boolean[]> {
  const isCurrent = await store.update(sql, changes)
  const moving = changes.filter(({ movesTimer }, index) => movesTimer && isCurrent[index]).map(({ plan }) => plan)
  await Promise.all([
    cancel(
      sql,
      moving
        .filter(({ dueAt }) => dueAt === null)
        .map(({ merchantId, planId }) => ({ merchantId, timerId: timerIdOf('charge', planId) })),
    ),
    schedule(
      sql,
      moving.flatMap(({ merchantId, planId, dueAt }) =>
        dueAt === null ? [] : timerOf(merchantId, 'charge', planId, dueAt),
      ),
    ),
  ])
  return isCurrent
}
