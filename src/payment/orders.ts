import { DatabaseError } from 'pg'
import type { CardLimits } from '../abuse/card-limits.ts'
import { Problem } from '../base/problem.ts'
import { Batcher, type WrittenBatch } from '../postgres/batcher.ts'
import type { Database, Sql } from '../postgres/database.ts'
import { glanceAt } from './glance-store.ts'
import type { Glance, Standing } from './order.ts'
import { findStandings, findStandingsByNo, nameOf, type OrderKey, type OrderNoKey } from './standing-store.ts'
import { insertOrders, type Opening } from './store.ts'
import { type Keepers, type WrittenChange, writeChanges } from './write-changes.ts'

/** How rows are collected into one statement. */
export interface Batching {
  readonly lanes: number
  readonly maxRows: number
}

export interface OrdersOptions {
  /** How new orders are collected; absent: as measured best. */
  readonly batching?: Batching
  /** Told how attempts ended; absent: nobody counts. */
  readonly limits?: Pick<CardLimits, 'end'>
  readonly observe?: Readonly<Record<'opened' | 'changed', (batch: WrittenBatch) => void>>
}

/**
 * The orders of the database, read and written for many callers with few statements: whoever comes while
 * others are being read or written goes with the next batch.
 */
export class Orders {
  readonly #database: Database
  readonly #keepers: Keepers
  readonly #limits: OrdersOptions['limits']
  readonly #opened: Batcher<Opening, boolean>
  readonly #found: Batcher<OrderKey, Standing | undefined>
  readonly #looked: Batcher<OrderKey, Glance | undefined>
  readonly #foundByNo: Batcher<OrderNoKey, Standing | undefined>
  readonly #changed: Batcher<WrittenChange, boolean>

  /** `observe` is told of every batch that was written. */
  constructor(database: Database, keepers: Keepers, { batching, limits, observe }: OrdersOptions = {}) {
    this.#database = database
    this.#keepers = keepers
    this.#limits = limits
    this.#opened = new Batcher({
      key: ({ order }) => nameOf(order),
      write: (rows) => insertOrders(database, rows),
      ...batching,
      ...(observe && { observe: observe.opened }),
    })
    this.#found = new Batcher({ key: nameOf, write: (rows) => findStandings(database, rows), isRead: true })
    this.#looked = new Batcher({ key: nameOf, write: (rows) => glanceAt(database, rows), isRead: true })
    this.#foundByNo = new Batcher({
      key: ({ merchantId, orderNo }) => `${merchantId}\n${orderNo.toString('latin1')}`,
      write: (rows) => findStandingsByNo(database, rows),
      isRead: true,
    })
    this.#changed = new Batcher({
      key: ({ order }) => nameOf(order),
      write: (rows) => database.transaction((sql) => writeChanges(sql, keepers, rows, limits)),
      ...(observe && { observe: observe.changed }),
    })
  }

  /** Writes a new order durably; false when its id is taken. */
  open(opening: Opening): Promise<boolean> {
    return this.#opened.add(opening)
  }

  /** An order as it stands now, or later. */
  find(merchantId: string, orderId: string): Promise<Standing | undefined> {
    return this.#found.add({ merchantId, orderId })
  }

  /** The same for who only tells of it. */
  look(merchantId: string, orderId: string): Promise<Glance | undefined> {
    return this.#looked.add({ merchantId, orderId })
  }

  findByNo(merchantId: string, orderNo: Buffer): Promise<Standing | undefined> {
    return this.#foundByNo.add({ merchantId, orderNo })
  }

  /**
   * Writes a change durably; false when its order has moved since it was read. `also` is written in the same
   * transaction.
   *
   * @throws Problem `conflict` when a row of it is in the way
   */
  async write(change: WrittenChange, also?: (sql: Sql) => Promise<unknown>): Promise<boolean> {
    try {
      if (!also) return await this.#changed.add(change)
      return await this.#database.transaction(async (sql) => {
        const [isWritten = false] = await writeChanges(sql, this.#keepers, [change], this.#limits)
        if (isWritten) await also(sql)
        return isWritten
      })
    } catch (error) {
      if (error instanceof DatabaseError && error.code === '23505')
        throw new Problem('conflict', { reason: 'Another payment of this order is under way' })
      throw error
    }
  }
}
