import type { FaultView, FaultWish } from '../client.ts'
import { connect } from './connect.ts'
import { print } from './print.ts'
import { read, UsageError } from './usage.ts'

const text = { type: 'string' } as const
const json = { type: 'boolean' } as const

/** Plans what is to go wrong with the next messages to the acquirer, or with the next callbacks. */
export async function faultsPlan(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(
    words,
    { order: text, times: text, share: text, seed: text, delay: text, json },
    2,
  )
  const [message = '', fault = ''] = positionals
  const wish: FaultWish = {
    message,
    fault,
    ...(values.order !== undefined && { orderId: values.order }),
    ...(values.times !== undefined && { times: number('times', values.times, /^[1-9]\d{0,4}$/, 'a number from 1') }),
    ...(values.share !== undefined && { share: number('share', values.share, /^(0\.\d+|1)$/, 'a part, as 0.3') }),
    ...(values.seed !== undefined && { seed: values.seed }),
    ...(values.delay !== undefined && { delay: values.delay }),
  }
  const planned = await connect().faults.plan(wish)
  print(values.json, planned, [line(planned)])
  return 0
}

/** What is planned and has not happened. */
export async function faultsList(words: readonly string[]): Promise<number> {
  const { values } = read(words, { json }, 0)
  const faults = await connect().faults.list()
  print(values.json, { faults }, faults.length > 0 ? faults.map(line) : ['no faults are planned'])
  return 0
}

/** Forgets what is planned. */
export async function faultsClear(words: readonly string[]): Promise<number> {
  const { values } = read(words, { order: text, json }, 0)
  const cleared = await connect().faults.clear(values.order)
  print(values.json, { cleared }, [`${cleared} cleared`])
  return 0
}

function line({ orderId, message, fault, times, share, seed, delay }: FaultView): string {
  return [
    `${message} ${fault}`,
    orderId ?? 'any order',
    times === null ? 'until cleared' : `times ${times}`,
    ...(share < 1 ? [`share ${share}`] : []),
    `seed ${seed}`,
    ...(delay === null ? [] : [`delay ${delay}`]),
  ].join('  ')
}

function number(name: string, given: string, form: RegExp, takes: string): number {
  if (!form.test(given)) throw new UsageError(`--${name} takes ${takes}.`)
  return Number(given)
}
