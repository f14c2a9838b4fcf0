import { connect } from './connect.ts'
import { print } from './print.ts'
import { read } from './usage.ts'

export interface Checked {
  readonly data: {
    readonly order: { readonly id: string; readonly amount: number; readonly currency: string }
    readonly result: { readonly payment: { readonly status: string; readonly amount: number } }
  }
}

/** Where an order stands, in the contract's words. */
export async function check(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { json: { type: 'boolean' } }, 1)
  const answer = (await connect().check(positionals[0] ?? '')) as unknown as Checked
  print(values.json, answer, [checkLine(answer)])
  return 0
}

/** Where an order stands, in one line. */
export function checkLine({ data: { order, result } }: Checked): string {
  const { status, amount } = result.payment
  const held = status === 'AUTHORIZED' ? 'authorized' : 'paid'
  return `${order.id} ${status}: ${amount} of ${order.amount} ${order.currency} ${held}`
}
