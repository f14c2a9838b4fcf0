import type { FastifyInstance, FastifyRequest } from 'fastify'
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

/**
 * Keeps a door, for every route that is registered on `app` after this. In the order in which a request
 * meets it: is there room, does its network come too often, has its network guessed too often, (the door's
 * own credentials,) does its merchant come too often, (its body,) is there still room. All but the last come
 * before the body is read. Synchronous: every request passes here.
 */
export function keepDoor(app: FastifyInstance, keeping: DoorKeeping): void {
  const { clock, load, kindOf, byNetwork, byMerchant, guesses, refused } = keeping
  const full = () => {
    refused('overload')
    return new Problem('unavailable')
  }
  app.decorateRequest('beganAt', 0)

  app.addHook('onRequest', (request, _reply, done) => {
    if (!load.admits(kindOf(request.method))) return done(full())
    if (!byNetwork) return done()
    const now = clock.monotonicMs()
    const network = networkOf(request.ip)
    const comesTooOftenMs = byNetwork.take(network, now)
    const waitMs = comesTooOftenMs || (guesses?.waitMs(network, request.headers.authorization, now) ?? 0)
    if (waitMs === 0) return done()
    refused(comesTooOftenMs > 0 ? 'address_limit' : 'credentials_limit')
    done(tooMany(waitMs))
  })

  if (guesses || byMerchant) {
    // Credentials have been looked at, the body has not.
    app.addHook('preParsing', (request, _reply, _payload, done) => {
      const merchantId = request.authenticated?.merchantId
      if (merchantId === undefined) return done()
      const now = clock.monotonicMs()
      guesses?.passed(networkOf(request.ip), merchantId, request.headers.authorization, now)
      const waitMs = byMerchant?.take(merchantId, now) ?? 0
      if (waitMs > 0) refused('merchant_limit')
      done(waitMs > 0 ? tooMany(waitMs) : null)
    })
  }

  if (guesses) {
    app.addHook('onError', (request, _reply, error, done) => {
      if (error instanceof Problem && error.problem === 'unauthorized') {
        guesses.failed(networkOf(request.ip), request.headers.authorization, clock.monotonicMs())
      }
      done()
    })
  }

  app.addHook('preValidation', (request, _reply, done) => {
    const kind = kindOf(request.method)
    // Bodies that were begun while there was room may all end at once.
    if (!load.admits(kind)) return done(full())
    load.begin(kind)
    request.beganAt = clock.monotonicMs()
    done()
  })

  app.addHook('onSend', (request, _reply, _payload, done) => {
    endWork(request, keeping)
    done()
  })
}

function endWork(request: FastifyRequest, { clock, load, kindOf }: DoorKeeping): void {
  if (request.beganAt === 0) return
  load.end(kindOf(request.method), request.beganAt, clock.monotonicMs())
  request.beganAt = 0
}

/** 429 with the time after which the next request may come. */
export function tooMany(waitMs: number): Problem {
  return new Problem('too_many_requests', { retryAfterMs: waitMs })
}
