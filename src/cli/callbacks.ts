import type { CallbackView } from '../client.ts'
import { connect } from './connect.ts'
import { print } from './print.ts'
import { read } from './usage.ts'

/** The callbacks of an order, or the newest of all. */
export async function callbacksList(words: readonly string[]): Promise<number> {
  const { values } = read(words, { order: { type: 'string' }, json: { type: 'boolean' } }, 0)
  const found = await connect().callbacks(values.order)
  print(values.json, { callbacks: found }, found.length > 0 ? found.flatMap(lines) : ['no callbacks'])
  return 0
}

/** Sends a callback again, now. Fails when the merchant does not acknowledge it. */
export async function callbacksResend(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { json: { type: 'boolean' } }, 1)
  const sent = await connect().resend(positionals[0] ?? '')
  print(values.json, sent, lines(sent))
  return sent.state === 'delivered' ? 0 : 1
}

function lines({ id, orderId, url, state, attempts }: CallbackView): string[] {
  return [
    `${id}  ${orderId ?? '-'}  ${state}  ${url}`,
    ...attempts.map(({ at, status, ms, error }) => `  ${at}  ${status ?? error}  ${ms} ms`),
  ]
}
