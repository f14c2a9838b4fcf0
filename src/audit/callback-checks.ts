import { deliveryTimeoutMs, nextDelayMs, scheduledAttempts } from '../callback/schedule.ts'
import type { OrderState } from '../payment/lifecycle.ts'
import { wireStatusOf } from '../payment/wire-status.ts'
import { timerIdOf } from '../timer/timer.ts'
import { verifies } from '../wire/signature.ts'
import { isSettled } from './attempt-checks.ts'
import type { Check, OrderCheck } from './check.ts'
import type { Dossier, FiledCallback } from './dossier.ts'

/** A machine that slept during a delivery wrote the time of its end late. */
const slackMs = deliveryTimeoutMs + 3_600_000

interface Told {
  readonly merchant?: { readonly id?: unknown }
  readonly order?: { readonly id?: unknown; readonly reference?: unknown; readonly amount?: unknown }
  readonly result?: { readonly payment?: { readonly status?: unknown; readonly amount?: unknown } }
}

/** Invariant 7, and that every merchant is told. */
export const callbackChecks: readonly OrderCheck[] = [
  {
    name: 'callback',
    invariant: 6,
    about: 'an order that has ended has told its merchant once, where it named a URL, and no other has',
    look: (dossier, fault) => {
      const { order, callbacks } = dossier
      if (order.callbackUrl === undefined) fault('what the merchant asked for cannot be read')
      const wanted = isSettled(dossier) && order.callbackUrl ? 1 : 0
      if (callbacks.length !== wanted) fault(`the order is ${order.state} and has ${callbacks.length} callbacks`)
      for (const { callbackId, url, eventSeq } of callbacks) {
        if (order.callbackUrl && url !== order.callbackUrl) fault(`${callbackId} goes to another URL than the order's`)
        if (eventSeq > order.eventSeq) fault(`${callbackId} tells of an event that is not there`)
      }
      return wanted
    },
  },
  {
    name: 'callback-schedule',
    invariant: 10,
    about: 'a callback is delivered, or scheduled, or abandoned because its schedule is used up',
    look: ({ callbacks, timers }, fault) => {
      for (const callback of callbacks) {
        const due = timers.get(timerIdOf('callback', callback.callbackId))
        for (const wrong of scheduleFaults(callback, due)) fault(`${callback.callbackId} ${wrong}`)
      }
      return callbacks.length
    },
  },
  {
    name: 'callback-body',
    invariant: 7,
    about: "a callback's bytes tell its own order's end",
    look: ({ order, callbacks }, fault) => {
      for (const { callbackId, body } of callbacks) {
        const told = parsed(body)
        const isOwn =
          told?.merchant?.id === order.merchantId &&
          told.order?.id === order.orderId &&
          told.order.reference === order.reference &&
          told.order.amount === Number(order.amountMinor)
        if (!isOwn) fault(`${callbackId} tells of something else than its order`)
        const { settledAt } = order
        // Its own check says so where the state is none of ours or the end has no time.
        if (!settledAt) continue
        const status = wireStatusOf({ ...order, state: order.state as OrderState }, undefined, settledAt)
        const amount = order.state === 'captured' ? Number(order.amountMinor) : 0
        if (told?.result?.payment?.status !== status || told.result.payment.amount !== amount)
          fault(`${callbackId} does not tell that the order is ${order.state}`)
      }
      return callbacks.length
    },
  },
]

/** Reads the keys of merchants, so it says what it could not judge by not counting it. */
export const signatureCheck: OrderCheck = {
  name: 'callback-signature',
  invariant: 7,
  about: "a callback's bytes end in their signature under one of the merchant's keys",
  look: (dossier, fault) => {
    let examined = 0
    for (const callback of dossier.callbacks) {
      const judged = isGenuine(dossier, callback)
      if (judged === null) continue
      examined += 1
      if (!judged) fault(`${callback.callbackId} does not end in its signature`)
    }
    return examined
  },
}

/** Told where a merchant's key does not open: nothing that it signed can be judged. */
export const merchantKeyCheck: Check = {
  name: 'merchant-key',
  invariant: 7,
  about: "a merchant's key opens with this gateway's master key",
}

/** Null where it may be signed with a key before the last but one, which nobody keeps. */
function isGenuine({ merchant }: Dossier, { body, createdAt }: FiledCallback): boolean | null {
  if (!merchant) return null
  const { key, previousKey } = merchant
  const text = body.toString('utf8')
  if (verifies(text, key) || (previousKey && verifies(text, previousKey.key))) return true
  return previousKey && createdAt <= previousKey.until ? null : false
}

function* scheduleFaults({ state, attemptCount, createdAt, tries }: FiledCallback, due: Date | undefined) {
  if (tries.lastNo !== tries.count) yield 'has a gap in its attempts'
  if (attemptCount > tries.count) yield `counts ${attemptCount} attempts and has ${tries.count}`
  if (state === 'delivered' && !tries.isAcknowledged) yield 'is delivered and was never acknowledged'
  if (state !== 'delivered' && tries.isAcknowledged) yield `is ${state} and was acknowledged`
  if (state === 'abandoned' && attemptCount < scheduledAttempts)
    yield `is abandoned after ${attemptCount} of ${scheduledAttempts} attempts`
  if (state !== 'pending' && due) yield `is ${state} and will be sent again`
  if (state !== 'pending') return
  if (attemptCount >= scheduledAttempts) yield 'is pending and its schedule is used up'
  else if (!due) yield 'is pending and has no timer'
  else {
    const waits = attemptCount === 0 ? 0 : (nextDelayMs(attemptCount) ?? 0)
    const latest = (tries.lastAt ?? createdAt).getTime() + waits + slackMs
    if (due.getTime() > latest) yield `is pending and is sent only at ${due.toISOString()}`
  }
}

function parsed(body: Buffer): Told | undefined {
  try {
    const told: unknown = JSON.parse(body.toString('utf8'))
    return typeof told === 'object' && told !== null ? told : undefined
  } catch {
    return undefined
  }
}
