import { deliveryTimeoutMs, nextDelayMs, scheduledAttempts } from '../callback/schedule.ts'
import { rupiah } from '../base/money.ts'
import { heldOf } from '../payment/result.ts'
import { type WireStatus, wireStatusOf } from '../payment/wire-status.ts'
import { timerIdOf } from '../timer/timer.ts'
import { verifies } from '../wire/signature.ts'
import { isFinal } from '../wire/status.ts'
import type { Check, OrderCheck } from './check.ts'
import type { Dossier, FiledCallback, FiledOrder } from './dossier.ts'
import { replay, type Told } from './replay.ts'

/** A machine that slept during a delivery wrote the time of its end late. */
const slackMs = deliveryTimeoutMs + 3_600_000

interface ToldBody {
  readonly merchant?: { readonly id?: unknown }
  readonly order?: { readonly id?: unknown; readonly reference?: unknown; readonly amount?: unknown }
  readonly result?: { readonly payment?: { readonly status?: unknown; readonly amount?: unknown } }
}

/** Invariant 7, and that every merchant is told. */
export const callbackChecks: readonly OrderCheck[] = [
  {
    name: 'callback',
    invariant: 6,
    about: 'a merchant who named a URL is told of each final status of an order once, and of nothing else',
    look: ({ order, events, callbacks }, fault) => {
      if (order.callbackUrl === undefined) fault('what the merchant asked for cannot be read')
      const wanted = order.callbackUrl ? replay(events).filter((told) => isTold(order, told)) : []
      const seqs = callbacks.map(({ eventSeq }) => eventSeq)
      if (wanted.length !== callbacks.length || wanted.some(({ seq }) => !seqs.includes(seq)))
        fault(
          `the order is ${order.state}, has ${wanted.length} final statuses to tell and ${callbacks.length} callbacks`,
        )
      for (const { callbackId, url, eventSeq } of callbacks) {
        if (order.callbackUrl && url !== order.callbackUrl) fault(`${callbackId} goes to another URL than the order's`)
        if (eventSeq > order.eventSeq) fault(`${callbackId} tells of an event that is not there`)
      }
      return wanted.length
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
    look: ({ order, events, callbacks }, fault) => {
      const replayed = replay(events)
      for (const { callbackId, eventSeq, body } of callbacks) {
        const told = parsed(body)
        const isOwn =
          told?.merchant?.id === order.merchantId &&
          told.order?.id === order.orderId &&
          told.order.reference === order.reference &&
          told.order.amount === Number(order.amountMinor)
        if (!isOwn) fault(`${callbackId} tells of something else than its order`)
        const then = replayed.find(({ seq }) => seq === eventSeq)
        // Its own check says so where the event is not there.
        if (!then?.state) continue
        const status = statusOf(order, then)
        const held = Number(heldThen(then))
        if (told?.result?.payment?.status !== status || told?.result?.payment?.amount !== held)
          fault(`${callbackId} does not tell that the order was ${then.state}`)
      }
      return callbacks.length
    },
  },
]

function statusOf(order: FiledOrder, { state, captured }: Told): WireStatus | undefined {
  if (!state) return undefined
  const { expiresAt, channel, amountMinor } = order
  const told = { state, expiresAt, channel, amount: rupiah(amountMinor), captured: rupiah(captured) }
  // An order that is open at its end has not expired by the log.
  return wireStatusOf(told, undefined, order.createdAt)
}

function heldThen({ state, authorized, captured, refunded }: Told): bigint {
  if (!state) return 0n
  return heldOf({ state, authorized: rupiah(authorized), captured: rupiah(captured), refunded: rupiah(refunded) }).minor
}

/** Whether the merchant is told where the order stands after this event. */
function isTold(order: FiledOrder, told: Told): boolean {
  const status = statusOf(order, told)
  return told.moved && status !== undefined && isFinal(status)
}

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

function parsed(body: Buffer): ToldBody | undefined {
  try {
    const told: unknown = JSON.parse(body.toString('utf8'))
    return typeof told === 'object' && told !== null ? told : undefined
  } catch {
    return undefined
  }
}
