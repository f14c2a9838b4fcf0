import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { StartProblem } from '../base/start-problem.ts'
import type { Database } from '../postgres/database.ts'
import { type KeyRing, lastVersion, learntWithinMs } from './key-ring.ts'
import * as keyStore from './key-store.ts'
import * as store from './rotation-store.ts'
import { placeOf, storedPlaceOf } from './vault.ts'

export interface Rotation {
  /** What seals now. */
  readonly version: number
  /** How many sealed values were sealed anew. */
  readonly resealed: number
  /** Versions that are retired by now. */
  readonly retired: readonly number[]
}

/** Rows are read, and written, so many at a time. */
const pageSize = 200

/**
 * A key that was made seals everywhere by then: every process has learnt it, and what was sealed before has been
 * written. What is written later all the same opens, keeps its key from retiring, or is sealed anew the next time.
 */
const settleMs = learntWithinMs + 1_000

/**
 * Gives cards a new key while gateways serve: makes a version, seals every card anew, and retires the versions
 * before it once nothing lies under them. A row is changed only if it still holds what was read, so that no
 * payment's change is lost. Safe to kill and to run again: one that was stopped is finished before another
 * version is made.
 *
 * @throws StartProblem when no version is left
 */
export async function rotateKeys(
  { database, keys, clock }: { readonly database: Database; readonly keys: KeyRing; readonly clock: Clock },
  waitMs = settleMs,
): Promise<Rotation> {
  const living = (await keyStore.list(database)).filter(({ retiredAt }) => retiredAt === null)
  const newest = (await keys.current()).keyVersion
  const version = living.length > 1 ? newest : newest + 1
  if (version > lastVersion) throw new StartProblem(`There are ${lastVersion} key versions, and all have been used.`)
  if (version !== newest) await keys.add(version)
  const made = (await keyStore.list(database)).find((key) => key.version === version)?.createdAt ?? clock.machine()
  const learntBy = made.getTime() + waitMs
  let resealed = 0
  for (;;) {
    const found = await sealAnew(database, keys, version)
    resealed += found
    const early = learntBy - clock.machine().getTime()
    if (early > 0) await wait(Math.min(early, waitMs))
    else if (found === 0) {
      await keyStore.retireBefore(database, version, clock.machine())
      const all = await keyStore.list(database)
      const older = all.filter((key) => key.version < version)
      if (older.every(({ retiredAt }) => retiredAt !== null))
        return { version, resealed, retired: older.map((key) => key.version) }
    }
  }
}

/** Goes through all cards once. Answers how many values were sealed under another version than this. */
async function sealAnew(database: Database, keys: KeyRing, version: number): Promise<number> {
  const cipher = await keys.of(version)
  const anew = async (place: string, ciphertext: Buffer) => cipher.seal(await keys.open(ciphertext, place), place)
  let found = 0
  for (let after = store.beforeAll; ; ) {
    const page = await store.storedAfter(database, after, version, pageSize)
    const rows: store.Resealed[] = []
    for (const { merchantId, token, ciphertext: was } of page)
      if (was) rows.push({ merchantId, token, was, ciphertext: await anew(storedPlaceOf(merchantId, token), was) })
    found += rows.length
    await database.transaction((sql) => store.reseal(sql, 'stored', rows, version))
    const last = page.at(-1)
    if (!last) break
    after = last
  }
  for (let after = store.beforeAll; ; ) {
    const page = await store.entriesAfter(database, after, version, pageSize)
    const entries: store.Resealed[] = []
    const kept: store.Resealed[] = []
    for (const row of page) {
      const { merchantId, token, ciphertext: was } = row
      if (was) entries.push({ merchantId, token, was, ciphertext: await anew(placeOf(merchantId, token), was) })
      if (row.kept) {
        const place = storedPlaceOf(merchantId, row.kept.token)
        kept.push({ merchantId, token, was: row.kept.ciphertext, ciphertext: await anew(place, row.kept.ciphertext) })
      }
    }
    found += entries.length + kept.length
    await database.transaction(async (sql) => {
      await store.reseal(sql, 'entry', entries, version)
      await store.reseal(sql, 'kept', kept, version)
    })
    const last = page.at(-1)
    if (!last) break
    after = last
  }
  return found
}
