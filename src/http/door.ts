import type { FastifyInstance } from 'fastify'
import type { Clock } from '../base/clock.ts'
import { Problem } from '../base/problem.ts'
import type { GuessGuard } from './guess-guard.ts'
import type { Load, LoadClass } from './load.ts'
import { networkOf } from './network.ts'
import type { Throttle } from './throttle.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** When the work on it began, in machine time; 0 while it has not, or when it is over. */
    beganAt: number
  }
}

/** Why a request was turned away at the door. */
export type Refusal = 'merchant_limit' | 'address_limit' | 'credentials_limit' | 'overload'

/** What stands before a door. What is null is not limited. */
export interface DoorKeeping {
  readonly clock: Clock
  readonly load: Load
  /** What a request of this method is. */
  readonly kindOf: (method: string) => LoadClass
  /** Requests by network: payers, of whom many share an address, are counted apart from merchants. */
  readonly byNetwork: Throttle | null
  readonly byMerchant: Throttle | null
  /** Wrong credentials by network and merchant. */
  readonly guesses: GuessGuard | null
  /** Told of each request that is turned away. */
  readonly refused: (reason: Refusal) => void
}

/** A door's keeper, asked in this order by everything that comes in. Synchronous: every request passes here. */
export interface Door {
  /** Before anything is known of a request: is there room, does its network come too often or guess. */
  arrives(method: string, network: string | (() => string), authorization: string | undefined): Problem | undefined
  /** When its credentials have been found right: does its merchant come too often. */
  identified(
    merchantId: string,
    network: string | (() => string),
    authorization: string | undefined,
  ): Problem | undefined
  /** Its credentials were wrong. */
  guessed(network: string, authorization: string | undefined): void
  /** When its body is there: is there still room. The time at which the work began, for `ends`. */
  begins(method: string): Problem | number
  /** Once for each `begins` that gave a time, when the answer is known. */
  ends(method: string, beganAt: number): void
}

export function doorOf({ clock, load, kindOf, byNetwork, byMerchant, guesses, refused }: DoorKeeping): Door {
  const full = () => {
    refused('overload')
    return new Problem('unavailable')
  }
  const nameOf = (network: string | (() => string)) => (typeof network === 'string' ? network : network())
  return {
    arrives: (method, network, authorization) => {
      if (!load.admits(kindOf(method))) return full()
      if (!byNetwork) return undefined
      const now = clock.monotonicMs()
      const name = nameOf(network)
      const comesTooOftenMs = byNetwork.take(name, now)
      const waitMs = comesTooOftenMs || (guesses?.waitMs(name, authorization, now) ?? 0)
      if (waitMs === 0) return undefined
      refused(comesTooOftenMs > 0 ? 'address_limit' : 'credentials_limit')
      return tooMany(waitMs)
    },
    identified: (merchantId, network, authorization) => {
      if (!guesses && !byMerchant) return undefined
      const now = clock.monotonicMs()
      guesses?.passed(nameOf(network), merchantId, authorization, now)
      const waitMs = byMerchant?.take(merchantId, now) ?? 0
      if (waitMs === 0) return undefined
      refused('merchant_limit')
      return tooMany(waitMs)
    },
    guessed: (network, authorization) => guesses?.failed(network, authorization, clock.monotonicMs()),
    begins: (method) => {
      const kind = kindOf(method)
      // Bodies that were begun while there was room may all end at once.
      if (!load.admits(kind)) return full()
      const now = clock.monotonicMs()
      load.begin(kind, now)
      return now
    },
    ends: (method, beganAt) => load.end(kindOf(method), beganAt, clock.monotonicMs()),
  }
}

/**
 * Keeps a door, for every route that is registered on `app` after this. In the order in which a request
 * meets it: is there room, does its network come too often, has its network guessed too often, (the door's
 * own credentials,) does its merchant come too often, (its body,) is there still room. All but the last come
 * before the body is read.
 */
export function keepDoor(app: FastifyInstance, door: Door): void {
  app.decorateRequest('beganAt', 0)

  app.addHook('onRequest', (request, _reply, done) => {
    done(door.arrives(request.method, () => networkOf(request.ip), request.headers.authorization))
  })

  // Credentials have been looked at, the body has not.
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    const merchantId = request.authenticated?.merchantId
    if (merchantId === undefined) return done()
    done(door.identified(merchantId, () => networkOf(request.ip), request.headers.authorization) ?? null)
  })

  app.addHook('onError', (request, _reply, error, done) => {
    if (error instanceof Problem && error.problem === 'unauthorized')
      door.guessed(networkOf(request.ip), request.headers.authorization)
    done()
  })

  app.addHook('preValidation', (request, _reply, done) => {
    const began = door.begins(request.method)
    if (typeof began !== 'number') return done(began)
    request.beganAt = began
    done()
  })

  app.addHook('onSend', (request, _reply, _payload, done) => {
    if (request.beganAt > 0) door.ends(request.method, request.beganAt)
    request.beganAt = 0
    done()
  })
}

/** 429 with the time after which the next request may come. */
export function tooMany(waitMs: number): Problem {
  return new Problem('too_many_requests', { retryAfterMs: waitMs })
}
