import { systemClock } from '../base/clock.ts'
import { KeyRing } from '../vault/key-ring.ts'
import { list, uses } from '../vault/key-store.ts'
import { rotateKeys } from '../vault/rotate.ts'
import { withDatabase } from './merchant.ts'
import { print } from './print.ts'
import { read } from './usage.ts'

const json = { type: 'boolean' } as const

/** The versions of the key that cards are sealed under, and how many cards lie under each. */
export async function keysList(words: readonly string[]): Promise<number> {
  const { values } = read(words, { json }, 0)
  return withDatabase(async (database, _cipher, masterKey) => {
    await KeyRing.open(database, masterKey, systemClock)
    const cards = await uses(database)
    const keys = (await list(database)).map(({ version, createdAt, retiredAt }) => ({
      version,
      createdAt: createdAt.toISOString(),
      retiredAt: retiredAt?.toISOString() ?? null,
      cards: cards.get(version) ?? 0,
    }))
    const newest = keys.at(-1)?.version
    print(
      values.json,
      { keys },
      keys.map(({ version, createdAt, retiredAt, cards: count }) => {
        const state = retiredAt ? `retired ${retiredAt}` : version === newest ? 'seals' : 'opens'
        return `version ${version}  made ${createdAt}  ${count} sealed  ${state}`
      }),
    )
    return 0
  })
}

/** Gives cards a new key, while gateways serve. */
export async function keysRotate(words: readonly string[]): Promise<number> {
  const { values } = read(words, { json }, 0)
  return withDatabase(async (database, _cipher, masterKey) => {
    const keys = await KeyRing.open(database, masterKey, systemClock)
    const rotation = await rotateKeys({ database, keys, clock: systemClock })
    const { version, resealed, retired } = rotation
    print(values.json, rotation, [
      `version ${version} seals`,
      `${resealed} sealed anew`,
      `retired: ${retired.length === 0 ? 'none' : retired.join(', ')}`,
    ])
    return 0
  })
}
