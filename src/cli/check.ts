import { connect } from './connect.ts'
import { print } from './print.ts'
import { read } from './usage.ts'

interface Checked {
  readonly data: {
    readonly order: { readonly id: string; readonly amount: number; readonly currency: string }
    readonly result: { readonly payment: { readonly status: string; readonly amount: number } }
  }
}

/** Where an order stands, in the contract's words. */
export async function check(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { json: { type: 'boolean' } }, 1)
  const answer = (await connect().check(positionals[0] ?? '')) as unknown as Checked
  const { order, result } = answer.data
  print(values.json, answer, [
    `${order.id} ${result.payment.status}: ${result.payment.amount} of ${order.amount} ${order.currency} paid`,
  ])
  return 0
}
