import { currencies } from '../base/money.ts'
import type { OrderCheck } from './check.ts'
import type { Dossier, LedgerEntry } from './dossier.ts'
import { isAsking } from './attempt-checks.ts'

/** An amount as our log writes it; undefined for anything else. */
function amountIn(value: unknown): bigint | undefined {
  return typeof value === 'string' && /^[1-9]\d*$/.test(value) ? BigInt(value) : undefined
}

/** Attempts whose approval came too late and is being given back, by number. */
function lateAttempts({ events }: Dossier): ReadonlySet<number> {
  const late = events.filter(({ type }) => type === 'attempt.late_answer')
  const reversed = events.filter(({ type }) => type === 'attempt.late_reversed')
  const given = new Set(reversed.map((event) => event.details['attemptNo']))
  return new Set(late.map((event) => Number(event.details['attemptNo'])).filter((attemptNo) => !given.has(attemptNo)))
}

const simulator = 'simulator'

/** Invariants 5 and 11: no more money than the order's, and all of it whole. */
export const moneyChecks: readonly OrderCheck[] = [
  {
    name: 'amounts',
    invariant: 11,
    about: 'every amount is a whole number above zero in a currency that we keep',
    look: ({ order: { amountMinor, currency }, events }, fault) => {
      if (amountMinor <= 0n) fault(`the order is of ${amountMinor}`)
      if (!Object.hasOwn(currencies, currency)) fault(`the order is in ${currency}`)
      const told = events.flatMap((event) => {
        const { amount } = event.details
        return amount === undefined ? [] : [{ seq: event.seq, amount }]
      })
      for (const { seq, amount } of told)
        if (amountIn(amount) === undefined) fault(`event ${seq} tells an amount that is no whole number above zero`)
      return told.length + 1
    },
  },
  {
    name: 'sums',
    invariant: 5,
    about: 'what is captured of an order is no more than its amount, and once paid exactly that',
    look: ({ order: { amountMinor, state }, events }, fault) => {
      const captured = events
        .filter(({ type }) => type === 'order.captured')
        .reduce((sum, event) => sum + (amountIn(event.details['amount']) ?? 0n), 0n)
      if (captured > amountMinor) fault(`${captured} is captured of an order of ${amountMinor}`)
      else if (state === 'captured' && captured !== amountMinor)
        fault(`${captured} is captured of a paid order of ${amountMinor}`)
      return 1
    },
  },
  {
    name: 'acquirer',
    invariant: 5,
    about: "the sandbox's acquirer holds the money of a paid attempt, of no other, and no more than the order's",
    look: (dossier, fault) => {
      const { order, attempts, ledger } = dossier
      const late = lateAttempts(dossier)
      let held = 0n
      let examined = 0
      for (const attempt of attempts) {
        const { attemptNo, state, acquirerReference, acquirerId, approvalCode } = attempt
        if (acquirerId !== simulator || acquirerReference === null) continue
        examined += 1
        const entry = ledger.get(acquirerReference)
        const isHeld = entry?.state === 'approved'
        if (entry && !isOf(order, entry))
          fault(`the acquirer was asked for other money than that of attempt ${attemptNo}`)
        if (state === 'captured' && (!isHeld || entry.approvalCode !== approvalCode))
          fault(`attempt ${attemptNo} is captured and the acquirer says ${entry?.state ?? 'nothing'}`)
        // While it is asked or reversed the answer is on its way, and a late approval is being given back.
        if (isHeld && state !== 'captured' && !isAsking(attempt) && !late.has(attemptNo))
          fault(`attempt ${attemptNo} is ${state} and the acquirer holds its money`)
        if (isHeld && !late.has(attemptNo)) held += entry.amountMinor ?? 0n
      }
      if (held > order.amountMinor) fault(`the acquirer holds ${held} of an order of ${order.amountMinor}`)
      return examined
    },
  },
  {
    name: 'bank',
    invariant: 5,
    about: "an attempt's 3-D Secure result is the one that the sandbox's bank gave",
    look: ({ order, attempts, bank }, fault) => {
      const told = attempts.filter(({ authenticationId }) => authenticationId !== null)
      for (const { attemptNo, authenticationId, transStatus, cavv } of told) {
        const entry = bank.get(authenticationId ?? '')
        if (entry?.orderId !== order.orderId) fault(`attempt ${attemptNo} names an authentication of no such order`)
        else if (transStatus !== null && (entry.transStatus !== transStatus || entry.cavv !== cavv))
          fault(
            `attempt ${attemptNo} has ${transStatus} of 3-D Secure and the bank says ${entry.transStatus ?? 'nothing'}`,
          )
      }
      return told.length
    },
  },
]

/** A reversal or an inquiry that came first left neither order nor amount. */
function isOf({ orderId, amountMinor, currency }: Dossier['order'], entry: LedgerEntry): boolean {
  if (entry.orderId === null) return entry.amountMinor === null && entry.state !== 'approved'
  return entry.orderId === orderId && entry.amountMinor === amountMinor && entry.currency === currency
}
