import type { Card } from '../card/card.ts'
import { Batcher } from '../postgres/batcher.ts'
import type { Database } from '../postgres/database.ts'
import type { EntryKey } from './store.ts'
import type { Vault } from './vault.ts'

/** Reveals cards to many payments with few statements, as they come to the acquirer at the same time. */
export class CardReader {
  readonly #cards: Batcher<EntryKey, Card | undefined>

  constructor(database: Database, vault: Pick<Vault, 'revealAll'>) {
    this.#cards = new Batcher({
      key: ({ merchantId, token }) => `${merchantId}\n${token}`,
      write: (keys) => vault.revealAll(database, keys),
      isRead: true,
    })
  }

  /** The card of a token, undefined once it is erased and for another merchant's token. */
  reveal(merchantId: string, token: string): Promise<Card | undefined> {
    return this.#cards.add({ merchantId, token })
  }
}
