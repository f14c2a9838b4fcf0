import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { faults } from '../../src/acquirer/faults.ts'
import { codes, type Shop } from './shop.ts'

/** Cards that pass without a bank's question, so that one call pays. */
const numbers = ['5111111111111118', '4111111111111111'] as const
const masks = ['511111xxxxxx1118', '411111xxxxxx1111'] as const

/** Minutes: longer than a sequence's moves, so that no move at once takes an order from its payer. */
export const timeout = 14_400

export const customerNo = fc.nat({ max: 1 })
export const cardNo = fc.nat({ max: numbers.length - 1 })

export const storeStep = fc.record({
  store: cardNo,
  customer: customerNo,
  by: fc.constantFrom('merchant', 'payer', 'payment'),
  trouble: fc.option(fc.constantFrom(...faults), { freq: 2 }),
})
export const removeStep = fc.record({ remove: cardNo, customer: customerNo })

type StoreStep = typeof storeStep extends fc.Arbitrary<infer T> ? T : never
type RemoveStep = typeof removeStep extends fc.Arbitrary<infer T> ? T : never

/** What has been done to one card of one customer. */
interface Kept {
  /** As it was listed last. */
  token: string | null
  wasTried: boolean
  /** In this group. */
  isStored: boolean
  isRemovalTried: boolean
}

/** The cards that a shop's customers keep: what is stored is listed, and what is deleted never comes back. */
export class StoredCards {
  readonly #shop: Shop
  readonly #kept = new Map<string, Kept>()
  /** Tokens whose deletion was acknowledged. */
  readonly deleted = new Set<string>()
  /** Those of groups that are over: what is asked from now on comes after them. */
  readonly gone = new Set<string>()
  #orders = 0

  constructor(shop: Shop) {
    this.#shop = shop
  }

  customerOf(customer: number): { id: string; mobilePhone: string } {
    return { id: `customer-${customer}`, mobilePhone: '+6281286288800' }
  }

  numberOf(card: number): string {
    return numbers[card] ?? numbers[0]
  }

  /** The token as the shop was told it last, deleted or not. */
  tokenOf(customer: number, card: number): string | null {
    return this.#of(customer, card).token
  }

  /** Somebody stores a card by a payment. */
  tried(customer: number, card: number): void {
    this.#of(customer, card).wasTried = true
  }

  paid(customer: number, card: number): void {
    this.#of(customer, card).isStored = true
  }

  async store({ store, customer, by, trouble }: StoreStep): Promise<void> {
    const { client, callbackUrl } = this.#shop
    this.#orders += 1
    const id = `store-${this.#orders}`
    if (trouble !== null) await client.fault(id, 'authorize', trouble)
    const common = {
      customer: this.customerOf(customer),
      order: { id, amount: '1000', timeout },
      url: { callbackUrl },
    }
    this.tried(customer, store)
    const number = this.numberOf(store)
    if (by === 'payment') {
      const card = { number, expiryDate: '3309', cvv: '100', nameOnCard: 'BUDI SANTOSO', storedOnFile: 'TO_BE_STORED' }
      const { code } = await this.#shop.post('payment', { ...common, card })
      assert.ok(
        [codes.done, codes.declined, codes.unknown].some((each) => each === code),
        code,
      )
      if (code === codes.done) this.paid(customer, store)
      return
    }
    const asked = by === 'merchant' ? { card: { storedOnFile: 'TO_BE_STORED' } } : {}
    assert.equal((await this.#shop.post('initiate', { ...common, ...asked })).code, codes.done)
    const { status } = await client.pay(id, { card: { number }, saveCard: by === 'payer', attempts: 1 })
    if (status === 'CAPTURED') this.paid(customer, store)
  }

  async remove({ remove, customer }: RemoveStep): Promise<void> {
    const kept = this.#of(customer, remove)
    const { token } = kept
    if (token === null) return
    kept.isRemovalTried = true
    const isGone = this.gone.has(token)
    const isDone = await this.#shop.client.deleteCard(token).then(
      () => true,
      () => false,
    )
    assert.ok(!(isGone && isDone), 'what is deleted cannot be deleted again')
    if (isDone) this.deleted.add(token)
  }

  /** A group is over: what its answers said must be so. */
  async look(): Promise<void> {
    for (const customer of [0, 1]) {
      const { id } = this.customerOf(customer)
      const listed = await this.#shop.client.cards(id)
      for (const { token, mask } of listed) {
        assert.ok(!this.deleted.has(token), `${mask} of ${id} is listed by a token that was deleted`)
        assert.ok(
          masks.some((each) => each === mask),
          mask,
        )
      }
      for (const [card, mask] of masks.entries()) {
        const kept = this.#of(customer, card)
        const [found, ...others] = listed.filter((each) => each.mask === mask)
        assert.deepEqual(others, [], `${mask} of ${id} is one token`)
        assert.ok(!found || kept.wasTried, `nobody has stored ${mask} of ${id}`)
        const wasThere = kept.token !== null && !this.gone.has(kept.token)
        if (!kept.isRemovalTried && wasThere) assert.equal(found?.token, kept.token, `${mask} of ${id} stays`)
        if (!kept.isRemovalTried && kept.isStored) assert.ok(found, `${mask} of ${id} was stored`)
        this.#kept.set(keyOf(customer, card), {
          ...kept,
          token: found?.token ?? kept.token,
          isStored: false,
          isRemovalTried: false,
        })
      }
    }
    for (const token of this.deleted) this.gone.add(token)
  }

  #of(customer: number, card: number): Kept {
    const key = keyOf(customer, card)
    const kept = this.#kept.get(key) ?? { token: null, wasTried: false, isStored: false, isRemovalTried: false }
    this.#kept.set(key, kept)
    return kept
  }
}

function keyOf(customer: number, card: number): string {
  return `${customer} ${card}`
}
