import type { PlannedFaults } from '../base/planned-faults.ts'

/** What of the acquirer's work a fault may strike. */
export const faultyMessages = ['authorize', 'capture', 'void', 'refund', 'inquiry', 'reversal'] as const
export type FaultyMessage = (typeof faultyMessages)[number]

/**
 * What goes wrong. `unreachable`: there is no connection, so that certainly nothing was sent. `declined`: refused,
 * whatever the card. `lost_before`: the message never arrives. `lost_during`: the connection breaks and the acquirer
 * acts a moment later. `lost_after`: it acts and its answer is lost. `late`: it acts, and its answer comes when nobody
 * waits for it any more. `reordered`: the same, and the answer to the order's next message comes before it. `twice`:
 * it answers twice. `silent`: it neither acts nor says so, until it is reversed.
 */
export const faults = [
  'unreachable',
  'declined',
  'lost_before',
  'lost_during',
  'lost_after',
  'late',
  'reordered',
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

/** Faults that are to happen to the next messages to the acquirer. */
export type Faults = PlannedFaults<FaultyMessage, Fault>
