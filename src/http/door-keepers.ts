import type { FastifyInstance } from 'fastify'
import type { Clock } from '../base/clock.ts'
import { type Door as DoorKeeper, doorOf, type DoorKeeping, keepDoor, type Refusal, tooMany } from './door.ts'
import { GuessGuard } from './guess-guard.ts'
import { Load } from './load.ts'
import { networkOf } from './network.ts'
import { type Rate, Throttle } from './throttle.ts'

type Door = (app: FastifyInstance) => Promise<void>

/** Wraps a door's routes, so that the door itself knows nothing of limits. */
type Keep = (routes: Door) => Door

export interface DoorKeepers {
  readonly load: Load
  /** The keeper of the merchants' door, for what comes in beside the framework. */
  readonly ofMerchants: DoorKeeper
  readonly merchants: Keep
  readonly payers: Keep
  readonly developers: Keep
  /** Whether there is no room for this request; only for those that come in masses. */
  readonly refusesEarly: (method: string, url: string) => boolean
  /** @throws Problem when this address has asked too often for links that lead nowhere */
  readonly guessed: (address: string) => void
}

/** Links that lead nowhere: a payer mistypes one, a guesser needs 2^128. */
const unknownLinkRate: Rate = { perSecond: 1, burst: 60 }

/** The keepers of all doors: they share one load, and everything else each has for itself or not at all. */
export function doorKeepers(
  clock: Clock,
  rates: { merchant: Rate | null; address: Rate | null },
  { load = new Load(), refused = () => undefined }: { load?: Load; refused?: (reason: Refusal) => void } = {},
): DoorKeepers {
  const early = (isAdmitted: boolean) => {
    if (!isAdmitted) refused('overload')
    return !isAdmitted
  }
  const throttle = (rate: Rate | null) => (rate ? new Throttle(rate) : null)
  const byMerchant = throttle(rates.merchant)
  const guesses = rates.address ? new GuessGuard() : null
  const unknownLinks = throttle(rates.address && unknownLinkRate)
  const keeperOf = (keeping: Omit<DoorKeeping, 'clock' | 'load' | 'refused'>) =>
    doorOf({ clock, load, refused, ...keeping })
  const keep =
    (door: DoorKeeper): Keep =>
    (routes) =>
    async (app) => {
      keepDoor(app, door)
      await app.register(routes)
    }
  // Many payers share the address of their network operator, which is no merchant's server.
  const ofPayers = throttle(rates.address)
  const ofMerchants = throttle(rates.address)
  const merchants = keeperOf({
    kindOf: (method) => (method === 'POST' ? 'order' : 'question'),
    byNetwork: ofMerchants,
    byMerchant,
    guesses,
  })
  return {
    load,
    ofMerchants: merchants,
    merchants: keep(merchants),
    payers: keep(
      keeperOf({
        kindOf: (method) => (method === 'POST' ? 'form' : 'page'),
        byNetwork: ofPayers,
        byMerchant: null,
        guesses: null,
      }),
    ),
    // They wait for banks and clocks, as forms do.
    developers: keep(keeperOf({ kindOf: () => 'form', byNetwork: ofMerchants, byMerchant, guesses })),
    refusesEarly: (method, url) =>
      method === 'POST'
        ? url === '/pg/payment/card/initiate' && early(load.admits('order'))
        : url.startsWith('/pg/payment/card/check/') && early(load.admits('question')),
    guessed: (address) => {
      // The link is looked up first: a neighbour of a guesser, behind one address with thousands of payers,
      // must come to a page that exists.
      const waitMs = unknownLinks?.take(networkOf(address), clock.monotonicMs()) ?? 0
      if (waitMs === 0) return
      refused('address_limit')
      throw tooMany(waitMs)
    },
  }
}
