import { keptReference, simulated } from '../acquirer/simulated.ts'
import { timerIdOf } from '../timer/timer.ts'
import type { OrderCheck } from './check.ts'
import type { Dossier, FiledEvent, FiledReceipt } from './dossier.ts'

const simulators: ReadonlySet<string> = new Set(simulated.map(({ id }) => id))

/** Whatever was picked before, it was paid by what its attempt is by. */
const paidByAsking: readonly string[] = ['order.captured', 'order.authorized']

const isKept = ({ state }: FiledReceipt) => state === 'kept'

/** Events that tell by which channel, and to which number, an order is to be paid, or was. */
const tellsWay: ReadonlySet<string> = new Set(['order.initiated', 'method.picked', 'order.paid', ...paidByAsking])

/** As much of a reference as tells it from others: a finding shows no number that could be a card's. */
const shown = (reference: unknown) => `payment ${String(reference).slice(0, 8)}…`

/** What the log says of payments that were made elsewhere, by reference. */
function toldOf({ events }: Dossier, type: string): ReadonlyMap<unknown, readonly FiledEvent[]> {
  const told = new Map<unknown, FiledEvent[]>()
  for (const event of events) {
    if (event.type !== type) continue
    const { reference } = event.details
    told.set(reference, [...(told.get(reference) ?? []), event])
  }
  return told
}

/** Invariants 2, 4, 5 and 6 of payments that are made elsewhere. */
export const receiptChecks: readonly OrderCheck[] = [
  {
    name: 'receipts',
    invariant: 2,
    about: 'of all that was paid elsewhere for an order one payment is kept at most, and it is the one that paid it',
    look: (dossier, fault) => {
      const { order, attempts, receipts } = dossier
      const kept = receipts.filter(isKept)
      if (kept.length > 1) fault(`${kept.length} payments are kept`)
      const paid = toldOf(dossier, 'order.paid')
      const payer = attempts.find(({ attemptNo }) => attemptNo === order.paidAttempt)
      for (const receipt of kept) {
        const { reference, channel, acquirerId, reason } = receipt
        if (payer?.acquirerReference !== reference || payer.acquirerId !== acquirerId || payer.channel !== channel)
          fault(`${shown(reference)} is kept and another paid the order`)
        const [told] = paid.get(reference) ?? []
        if (!told) fault(`${shown(reference)} is kept and the log does not say so`)
        else if (!isTold(receipt, told) || (told.details['paymentCode'] ?? null) !== receipt.paymentCode)
          fault(`${shown(reference)} is another than the log says`)
        if (reason !== null) fault(`${shown(reference)} is kept and is not wanted`)
      }
      const withdrawn = toldOf(dossier, 'order.withdrawn')
      for (const reference of paid.keys())
        if (!kept.some((each) => each.reference === reference) && !withdrawn.has(reference))
          fault(`${shown(reference)} paid the order and is not kept`)
      return receipts.length
    },
  },
  {
    name: 'returns',
    invariant: 2,
    about:
      'money that an order does not want, or that its bank takes back, is told with its reason, and goes back, once',
    look: (dossier, fault) => {
      const { receipts, timers } = dossier
      const unwanted = toldOf(dossier, 'receipt.unwanted')
      const withdrawn = toldOf(dossier, 'order.withdrawn')
      const returned = toldOf(dossier, 'receipt.returned')
      const going = receipts.filter((receipt) => !isKept(receipt))
      for (const receipt of going) {
        const { reference, state, reason } = receipt
        const isWithdrawn = reason === 'withdrawn'
        const [told, ...again] = (isWithdrawn ? withdrawn : unwanted).get(reference) ?? []
        if (!told || again.length > 0) fault(`${shown(reference)} is ${state} and ${again.length} times told unwanted`)
        else if (!isWithdrawn && (!isTold(receipt, told) || told.details['reason'] !== reason))
          fault(`${shown(reference)} is another than the log says`)
        const times = returned.get(reference)?.length ?? 0
        if (times !== (state === 'returned' ? 1 : 0))
          fault(`${shown(reference)} is ${state} and ${times} times returned`)
        if (state !== 'returned' && !timers.has(timerIdOf('return', reference)))
          fault(`${shown(reference)} is ${state} and nobody gives it back`)
      }
      for (const reference of new Set([...unwanted.keys(), ...withdrawn.keys(), ...returned.keys()]))
        if (!going.some((each) => each.reference === reference))
          fault(`${shown(reference)} is not wanted and is not going back`)
      return going.length
    },
  },
  {
    name: 'receipt-money',
    invariant: 5,
    about: 'what is kept is what the order asks, and the sandbox’s provider holds that and nothing that was returned',
    look: ({ order, receipts, ledger }, fault) => {
      for (const receipt of receipts) {
        const { reference, acquirerId, state, amountMinor, currency } = receipt
        if (isKept(receipt) && (amountMinor !== order.amountMinor || currency !== order.currency))
          fault(`${amountMinor} ${currency} is kept for an order of ${order.amountMinor} ${order.currency}`)
        if (!simulators.has(acquirerId)) continue
        const entry = ledger.get(keptReference(acquirerId, reference))
        if (entry?.orderId !== order.orderId || entry.amountMinor !== amountMinor || entry.currency !== currency)
          fault(`the provider took other money than ${shown(reference)}`)
        // While it is going back it may be back already.
        else if (state === 'returned' && entry.state !== 'reversed')
          fault(`${shown(reference)} is returned and the provider says ${entry.state}`)
      }
      return receipts.length
    },
  },
  {
    name: 'way-to-pay',
    invariant: 6,
    about: 'an order is paid by the channel, and to the number, that its log told last',
    look: ({ order: { channel, paymentCode, openCode, paidAttempt }, attempts, events }, fault) => {
      const told = events.findLast(({ type }) => tellsWay.has(type))
      if (!told) return 0
      const payer = attempts.find(({ attemptNo }) => attemptNo === paidAttempt)
      const { channel: by = null, paymentCode: number = null } = paidByAsking.includes(told.type)
        ? { channel: payer?.channel }
        : told.details
      // Before there were other ways to pay, an order that was left open did not say that a card has paid it.
      const isOld = channel === null && events[0]?.details['channel'] === null && by === 'cc'
      if (by !== channel && !isOld) fault(`the order is by ${channel ?? 'no channel'} and its log says ${String(by)}`)
      // The first word of an order that was paid to an open number does not tell it, the last does.
      const isBeforePaid = openCode !== null && told.type === 'order.initiated'
      if (!isBeforePaid && number !== (paymentCode ?? openCode))
        fault('the order has another number to pay to than its log says')
      return 1
    },
  },
]

function isTold({ channel, amountMinor }: FiledReceipt, { details }: FiledEvent): boolean {
  return details['channel'] === channel && details['amount'] === amountMinor.toString()
}
