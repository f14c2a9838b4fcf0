import { keptReference, simulated } from '../acquirer/simulated.ts'
import { currencies } from '../base/money.ts'
import type { OrderCheck } from './check.ts'
import { paidAttemptStates } from '../payment/lifecycle.ts'
import type { Dossier, FiledOperation, LedgerEntry } from './dossier.ts'
import { isUnderWay } from './operation-checks.ts'
import { amountIn, replay } from './replay.ts'
import { isAsking } from './attempt-checks.ts'

/** Attempts whose approval came too late and is being given back, by number. */
function lateAttempts({ events }: Dossier): ReadonlySet<number> {
  const late = events.filter(({ type }) => type === 'attempt.late_answer')
  const reversed = events.filter(({ type }) => type === 'attempt.late_reversed')
  const given = new Set(reversed.map((event) => event.details['attemptNo']))
  return new Set(late.map((event) => Number(event.details['attemptNo'])).filter((attemptNo) => !given.has(attemptNo)))
}

const simulators: ReadonlySet<string> = new Set(simulated.map(({ id }) => id))

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
    about: 'refunded ≤ captured ≤ authorized ≤ the order’s amount, and each is what the log tells',
    look: ({ order, events }, fault) => {
      const { amountMinor, authorizedMinor, capturedMinor, refundedMinor } = order
      if (authorizedMinor > amountMinor) fault(`${authorizedMinor} is authorized of an order of ${amountMinor}`)
      if (capturedMinor > authorizedMinor) fault(`${capturedMinor} is captured of ${authorizedMinor} authorized`)
      if (refundedMinor > capturedMinor) fault(`${refundedMinor} is refunded of ${capturedMinor} captured`)
      const told = replay(events).at(-1)
      for (const [name, says, is] of [
        ['authorized', told?.authorized, authorizedMinor],
        ['captured', told?.captured, capturedMinor],
        ['refunded', told?.refunded, refundedMinor],
      ] as const)
        if (says !== is) fault(`${is} is ${name} and the log says ${says ?? 0n}`)
      return 3
    },
  },
  {
    name: 'acquirer',
    invariant: 5,
    about: "the sandbox's acquirer holds the money of a paid attempt, of no other, and as much as the order tells",
    look: (dossier, fault) => {
      const { order, attempts, ledger, operations, operationLedger } = dossier
      const late = lateAttempts(dossier)
      let examined = 0
      for (const attempt of attempts) {
        const { attemptNo, state, acquirerReference, acquirerId, approvalCode } = attempt
        if (acquirerId === null || !simulators.has(acquirerId) || acquirerReference === null) continue
        examined += 1
        const entry = ledger.get(keptReference(acquirerId, acquirerReference))
        const isHeld = entry?.state === 'approved'
        const isPaid = (paidAttemptStates as ReadonlySet<string>).has(state)
        if (entry && !isOf(order, entry))
          fault(`the acquirer was asked for other money than that of attempt ${attemptNo}`)
        // A void that was given up is done by reversing the authorization, and so is what the bank withdraws.
        const isGivenUp = entry?.state === 'reversed' && (operations.some(isVoid) || isWithdrawn(dossier))
        if (isPaid && !isGivenUp && (!isHeld || entry.approvalCode !== approvalCode))
          fault(`attempt ${attemptNo} is ${state} and the acquirer says ${entry?.state ?? 'nothing'}`)
        // While it is asked or reversed the answer is on its way, and a late approval is being given back.
        if (isHeld && !isPaid && !isAsking(attempt) && !late.has(attemptNo))
          fault(`attempt ${attemptNo} is ${state} and the acquirer holds its money`)
        if (isHeld && isPaid) for (const wrong of accountFaults(dossier, entry)) fault(wrong)
        if (isHeld && isWithdrawn(dossier, 'receipt.returned'))
          fault(`attempt ${attemptNo} was withdrawn and the acquirer still holds its money`)
      }
      for (const { operationNo, acquirerId, reference, state, kind, amountMinor } of operations) {
        if (!simulators.has(acquirerId)) continue
        examined += 1
        const entry = operationLedger.get(keptReference(acquirerId, reference))
        const isSame = !entry || entry.orderId === null || (entry.orderId === order.orderId && entry.kind === kind)
        if (!isSame || (entry?.amountMinor ?? amountMinor) !== amountMinor)
          fault(`the acquirer was asked for something else than operation ${operationNo}`)
        if (state === 'approved' && entry?.state !== 'approved')
          fault(`operation ${operationNo} is approved and the acquirer says ${entry?.state ?? 'nothing'}`)
      }
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

const isVoid = ({ kind }: FiledOperation) => kind === 'void'

/** Whether its bank has taken back what paid an order; with `receipt.returned`: and was given it. */
function isWithdrawn({ events }: Dossier, told: 'order.withdrawn' | 'receipt.returned' = 'order.withdrawn'): boolean {
  const withdrawn = events.find(({ type }) => type === 'order.withdrawn')?.details['reference']
  return events.some(({ type, details }) => type === told && details['reference'] === withdrawn)
}

/** How the acquirer's account of an order differs from ours, beside what is under way or being taken back. */
function* accountFaults({ order, operations, events }: Dossier, entry: LedgerEntry): Generator<string> {
  const late = new Set(
    events.filter(({ type }) => type === 'operation.late_answer').map((event) => Number(event.details['operationNo'])),
  )
  const open = operations.filter((each) => isUnderWay(each) || late.has(each.operationNo))
  const mayDiffer = (kind: string) =>
    open.filter((each) => each.kind === kind).reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
  for (const [name, kind, ours, theirs] of [
    ['captured', 'capture', order.capturedMinor, entry.capturedMinor],
    ['refunded', 'refund', order.refundedMinor, entry.refundedMinor],
  ] as const) {
    if (theirs < ours || theirs > ours + mayDiffer(kind)) yield `${ours} is ${name} and the acquirer counts ${theirs}`
  }
  if (entry.refundedMinor > entry.capturedMinor || entry.capturedMinor > order.amountMinor)
    yield `the acquirer captured ${entry.capturedMinor} and refunded ${entry.refundedMinor} of an order of ${order.amountMinor}`
  const wasVoided = operations.some((each) => isVoid(each) && each.state === 'approved')
  if (wasVoided && !entry.isVoided) yield 'the order is voided and the acquirer holds its money'
  if (entry.isVoided && !wasVoided && !open.some(isVoid)) yield 'the acquirer has voided what we have not'
}
