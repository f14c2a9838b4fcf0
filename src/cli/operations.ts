import { checkLine, type Checked } from './check.ts'
import { connect } from './connect.ts'
import { print } from './print.ts'
import { read, UsageError } from './usage.ts'

const json = { type: 'boolean' } as const

/** Takes what is authorized, or a part of it. */
export async function captureCommand(words: readonly string[]): Promise<number> {
  return withAmount(words, (orderId, amount, key) => connect().capture(orderId, amount, key))
}

/** Gives back what is captured, or a part of it. */
export async function refundCommand(words: readonly string[]): Promise<number> {
  return withAmount(words, (orderId, amount, key) => connect().refund(orderId, amount, key))
}

/** Gives up all that is held of a paid order. */
export async function voidCommand(words: readonly string[]): Promise<number> {
  return withoutAmount(words, (orderId) => connect().void(orderId))
}

/** Cancels an order that is not paid. */
export async function cancelCommand(words: readonly string[]): Promise<number> {
  return withoutAmount(words, (orderId) => connect().cancel(orderId))
}

type Answer = Record<string, unknown>

async function withAmount(
  words: readonly string[],
  operate: (orderId: string, amount: string, key?: string) => Promise<Answer>,
): Promise<number> {
  const { values, positionals } = read(words, { key: { type: 'string' }, json }, 2)
  const [orderId = '', amount = ''] = positionals
  if (!/^[1-9]\d{0,13}$/.test(amount)) throw new UsageError('AMOUNT is whole rupiah, at least 1.')
  return tell(values.json, orderId, await operate(orderId, amount, values.key))
}

async function withoutAmount(words: readonly string[], operate: (orderId: string) => Promise<Answer>): Promise<number> {
  const { values, positionals } = read(words, { json }, 1)
  const [orderId = ''] = positionals
  return tell(values.json, orderId, await operate(orderId))
}

/** The answer itself holds nothing that a person would like to know: where the order stands now does. */
async function tell(asJson: boolean | undefined, orderId: string, answer: Answer): Promise<number> {
  if (asJson) print(asJson, answer, [])
  else print(asJson, answer, [checkLine((await connect().check(orderId)) as unknown as Checked)])
  return 0
}
