import { keptReference } from '../acquirer/simulated.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { attemptSubject, operationSubject } from '../payment/change.ts'
import type { Sql } from '../postgres/database.ts'
import { timerIdOf } from '../timer/timer.ts'
import type {
  BankEntry,
  Dossier,
  FiledAttempt,
  FiledCallback,
  FiledOperation,
  FiledOrder,
  FiledReceipt,
  LedgerEntry,
  OperationEntry,
} from './dossier.ts'
import { receiptsIn } from './receipt-store.ts'
import * as store from './store.ts'

/** Orders are read so many at a time. */
const batchSize = 500

/** Every order with all that belongs to it, in the order of its key, a batch at a time. */
export async function* dossiers(
  sql: Sql,
  merchantOf: (merchantId: string) => Promise<Merchant | undefined>,
): AsyncGenerator<readonly Dossier[]> {
  let after = store.beforeAll
  for (;;) {
    const orders = await store.ordersAfter(sql, after, batchSize)
    const last = orders.at(-1)
    if (!last) return
    yield await batchOf(sql, orders, { after, last }, merchantOf)
    after = last
  }
}

/** The name under which a simulated acquirer would remember what an attempt asked for. */
const keptOf = ({ acquirerId, acquirerReference }: FiledAttempt) =>
  acquirerId === null || acquirerReference === null ? null : keptReference(acquirerId, acquirerReference)

/** The same of what it took from a payer before we were told. */
const takenOf = ({ acquirerId, reference }: FiledReceipt) => keptReference(acquirerId, reference)

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function batchOf(
  sql: Sql,
  orders: readonly FiledOrder[],
  range: store.Range,
  merchantOf: (merchantId: string) => Promise<Merchant | undefined>,
): Promise<readonly Dossier[]> {
  const events = grouped(await store.eventsIn(sql, range))
  const attempts = grouped(await store.attemptsIn(sql, range))
  const operations = grouped(await store.operationsIn(sql, range))
  const receipts = grouped(await receiptsIn(sql, range))
  const callbacks = grouped(await store.callbacksIn(sql, range))
  const every = <T, R>(of: ReadonlyMap<string, readonly store.Filed<T>[]>, name: (one: store.Filed<T>) => R | null) =>
    [...of.values()].flat().flatMap((one) => {
      const found = name(one)
      return found === null ? [] : [{ merchantId: one.merchantId, name: found }]
    })
  const timers = named(await store.timersNamed(sql, timersOf(orders, { attempts, operations, receipts, callbacks })))
  const held = named(
    await store.heldOf(
      sql,
      every(attempts, ({ attemptToken }) => attemptToken),
    ),
  )
  const ledger = named(
    (await store.ledgerOf(sql, [...every(attempts, keptOf), ...every(receipts, takenOf)])).map((entry) => ({
      ...entry,
      name: entry.reference,
    })),
  )
  const operationLedger = named(
    (
      await store.operationLedgerOf(
        sql,
        every(operations, ({ acquirerId, reference }) => keptReference(acquirerId, reference)),
      )
    ).map((entry) => ({ ...entry, name: entry.reference })),
  )
  const authentications = every(attempts, ({ authenticationId }) =>
    authenticationId && uuidForm.test(authenticationId) ? authenticationId : null,
  )
  const bank = named(await store.bankOf(sql, authentications))

  const found: Dossier[] = []
  for (const order of orders) {
    const place = placeOf(order)
    const ownAttempts = attempts.get(place) ?? []
    const ownOperations = operations.get(place) ?? []
    const ownReceipts = receipts.get(place) ?? []
    const ownCallbacks = callbacks.get(place) ?? []
    const pick = <T>(from: ReadonlyMap<string, T>, names: readonly (string | null)[]) =>
      new Map(
        names.flatMap((name): [string, T][] => {
          const one = name === null ? undefined : from.get(nameOf(order.merchantId, name))
          return one === undefined || name === null ? [] : [[name, one]]
        }),
      )
    const timerNames = timersOf([order], { attempts, operations, receipts, callbacks }).map(({ name }) => name)
    const tokens = ownAttempts.map(({ attemptToken }) => attemptToken)
    found.push({
      merchant: await merchantOf(order.merchantId),
      order,
      events: events.get(place) ?? [],
      attempts: ownAttempts,
      operations: ownOperations,
      receipts: ownReceipts,
      callbacks: ownCallbacks,
      timers: new Map([...pick(timers, timerNames)].map(([name, { dueAt }]) => [name, dueAt])),
      held: new Set(pick(held, tokens).keys()),
      ledger: pick<LedgerEntry>(ledger, [...ownAttempts.map(keptOf), ...ownReceipts.map(takenOf)]),
      operationLedger: pick<OperationEntry>(
        operationLedger,
        ownOperations.map(({ acquirerId, reference }) => keptReference(acquirerId, reference)),
      ),
      bank: pick<BankEntry>(
        bank,
        ownAttempts.map(({ authenticationId }) => authenticationId),
      ),
    })
  }
  return found
}

/** Every timer that an order may have, by what it holds. */
function timersOf(
  orders: readonly FiledOrder[],
  {
    attempts,
    operations,
    receipts,
    callbacks,
  }: {
    readonly attempts: ReadonlyMap<string, readonly FiledAttempt[]>
    readonly operations: ReadonlyMap<string, readonly FiledOperation[]>
    readonly receipts: ReadonlyMap<string, readonly FiledReceipt[]>
    readonly callbacks: ReadonlyMap<string, readonly FiledCallback[]>
  },
): store.Named[] {
  return orders.flatMap((order) => {
    const { merchantId, orderId } = order
    const place = placeOf(order)
    const names = [
      timerIdOf('expire', orderId),
      timerIdOf('lapse', orderId),
      ...(attempts.get(place) ?? []).flatMap(({ attemptNo }) => {
        const subject = attemptSubject(orderId, attemptNo)
        return [timerIdOf('abandon', subject), timerIdOf('inquire', subject), timerIdOf('reverse', subject)]
      }),
      ...(operations.get(place) ?? []).flatMap(({ operationNo }) => {
        const subject = operationSubject(orderId, operationNo)
        return [timerIdOf('operation', subject), timerIdOf('undo', subject)]
      }),
      ...(receipts.get(place) ?? []).map(({ reference }) => timerIdOf('return', reference)),
      ...(callbacks.get(place) ?? []).map(({ callbackId }) => timerIdOf('callback', callbackId)),
    ]
    return names.map((name) => ({ merchantId, name }))
  })
}

/** Neither a merchant's id nor an order's holds a line break. */
const nameOf = (merchantId: string, name: string) => `${merchantId}\n${name}`
const placeOf = ({ merchantId, orderId }: store.OrderKey) => nameOf(merchantId, orderId)

function grouped<T>(rows: readonly store.Filed<T>[]): Map<string, store.Filed<T>[]> {
  const groups = new Map<string, store.Filed<T>[]>()
  for (const row of rows) {
    const group = groups.get(placeOf(row)) ?? []
    group.push(row)
    groups.set(placeOf(row), group)
  }
  return groups
}

function named<T extends store.Named>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [nameOf(row.merchantId, row.name), row]))
}
