/** What of the acquirer's work a fault may strike. */
export const faultyMessages = ['authorize', 'capture', 'void', 'refund', 'inquiry', 'reversal'] as const
export type FaultyMessage = (typeof faultyMessages)[number]

/**
 * What goes wrong. `unreachable`: there is no connection, so that certainly nothing was sent. `declined`: refused, whatever the card. `lost_before`: the message never arrives. `lost_during`:
 * the connection breaks and the acquirer acts a moment later. `lost_after`: it acts and its answer is lost.
 * `late`: it acts, and its answer comes when nobody waits for it any more. `twice`: it answers twice. `silent`: it
 * neither acts nor says so, until it is reversed.
 */
export const faults = [
  'unreachable',
  'declined',
  'lost_before',
  'lost_during',
  'lost_after',
  'late',
  'twice',
  'silent',
] as const
export type Fault = (typeof faults)[number]

/**
 * Which faults a message can have: only what moves money can be declined, be done later, or be answered twice,
 * and only an authorization can be sent elsewhere, so that only of it is certainty that it was not sent of use.
 */
export function canHave(message: FaultyMessage, fault: Fault): boolean {
  if (fault === 'unreachable') return message === 'authorize'
  return message === 'inquiry' || message === 'reversal' ? fault === 'lost_before' || fault === 'lost_after' : true
}

/** Orders whose faults are remembered; the oldest are forgotten. */
const mostOrders = 10_000

interface Planned {
  readonly message: FaultyMessage
  readonly fault: Fault
  left: number
}

/** Faults that are to happen to an order's next messages, in the memory of the process. */
export class Faults {
  readonly #planned = new Map<string, Planned[]>()

  /** The next `times` messages of this kind about the order have this fault, after those that were planned before. */
  plan(merchantId: string, orderId: string, message: FaultyMessage, fault: Fault, times: number): void {
    const key = keyOf(merchantId, orderId)
    const planned = this.#planned.get(key) ?? []
    this.#planned.delete(key)
    this.#planned.set(key, [...planned, { message, fault, left: times }])
    const [oldest] = this.#planned.keys()
    if (this.#planned.size > mostOrders && oldest !== undefined) this.#planned.delete(oldest)
  }

  /** The fault of a message that is sent now; it is used up. */
  take(merchantId: string, orderId: string, message: FaultyMessage): Fault | undefined {
    const key = keyOf(merchantId, orderId)
    const planned = this.#planned.get(key)
    const next = planned?.find((each) => each.message === message)
    if (!planned || !next) return undefined
    next.left -= 1
    if (next.left <= 0) {
      const rest = planned.filter((each) => each !== next)
      if (rest.length > 0) this.#planned.set(key, rest)
      else this.#planned.delete(key)
    }
    return next.fault
  }
}

/** Neither a merchant's id nor an order's holds U+0000. */
function keyOf(merchantId: string, orderId: string): string {
  return `${merchantId}\0${orderId}`
}
