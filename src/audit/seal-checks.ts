import type { Sql } from '../postgres/database.ts'
import type { Check, Tally } from './check.ts'
import { beforeAll, dataKeys, type SealedCard, sealedAfter } from './seal-store.ts'

/** The vault's keys of one moment, as far as the auditor needs them. */
export interface CardSeals {
  /** Versions that do not unwrap. */
  readonly broken: readonly number[]
  /** What is wrong with a card, in words without card data; null where nothing is. */
  readonly faultOf: (card: SealedCard) => string | null
}

export type OpenSeals = (keys: readonly { readonly version: number; readonly wrapped: Buffer }[]) => CardSeals

export const dataKeyCheck: Check = {
  name: 'data-keys',
  invariant: 8,
  about: 'every data key unwraps under the master key',
}

export const cardSealCheck: Check = {
  name: 'card-seals',
  invariant: 8,
  about: 'every card opens where it lies, under the key that it names, and is the card that its row shows',
}

/** Cards are opened so many at a time. */
const pageSize = 500

/** Opens every key and every card. */
export async function checkSeals(sql: Sql, openSeals: OpenSeals, tally: Tally): Promise<void> {
  const keys = await dataKeys(sql)
  const seals = openSeals(keys)
  tally.examined(dataKeyCheck, keys.length)
  for (const version of seals.broken)
    tally.found(dataKeyCheck, { merchantId: null, orderId: null }, `the data key of version ${version} does not unwrap`)
  for (const table of ['stored_card', 'vault_entry'] as const) {
    for (let after = beforeAll; ; ) {
      const { cards, last } = await sealedAfter(sql, table, after, pageSize)
      if (!last) break
      tally.examined(cardSealCheck, cards.length)
      for (const card of cards) {
        const fault = seals.faultOf(card)
        const { merchantId, token } = card
        if (fault !== null)
          tally.found(
            cardSealCheck,
            { merchantId, orderId: null },
            `a card of ${table} (${token.slice(0, 8)}…) ${fault}`,
          )
      }
      after = last
    }
  }
}
