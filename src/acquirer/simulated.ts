/**
 * The acquirers of the sandbox. The first takes everything unless an operator says otherwise; the others are
 * there so that routing can be tried. Each has a bank code of its own, so that `result.payment.channel` tells
 * which of them was used: the first is the contract's own example (finpay-api.md 3.12).
 */
export const simulated = [
  { id: 'simulator', channel: '008' },
  { id: 'simulator2', channel: '009' },
] as const

/**
 * Under which name a simulated acquirer remembers a reference. They share their tables, and none of them knows
 * what was told to another.
 */
export function keptReference(acquirerId: string, reference: string): string {
  return acquirerId === simulated[0].id ? reference : `${acquirerId}/${reference}`
}
