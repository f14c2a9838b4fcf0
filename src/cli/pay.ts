import type { PayOptions } from '../client.ts'
import { connect } from './connect.ts'
import { print } from './print.ts'
import { read, UsageError } from './usage.ts'

const text = { type: 'string' } as const

/**
 * Pays an order through the scripted payer. Fails when the payer was told to pay and the order is not paid, or the bank
 * to take it back and the order is not cancelled.
 */
export async function pay(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(
    words,
    {
      method: text,
      card: text,
      expiry: text,
      cvv: text,
      name: text,
      authentication: text,
      amount: text,
      outcome: text,
      attempts: text,
      save: { type: 'boolean' },
      points: { type: 'boolean' },
      json: { type: 'boolean' },
    },
    1,
  )
  const [orderId = ''] = positionals
  const card = {
    ...(values.card !== undefined && { number: values.card }),
    ...(values.expiry !== undefined && { expiryDate: values.expiry }),
    ...(values.cvv !== undefined && { cvv: values.cvv }),
    ...(values.name !== undefined && { nameOnCard: values.name }),
  }
  const options: PayOptions = {
    ...(values.method !== undefined && { method: values.method }),
    ...(Object.keys(card).length > 0 && { card }),
    ...(values.authentication !== undefined && {
      authentication: oneOf('authentication', values.authentication, ['success', 'fail', 'abandon']),
    }),
    ...(values.amount !== undefined && { amount: values.amount }),
    ...(values.outcome !== undefined && {
      outcome: oneOf('outcome', values.outcome, ['approved', 'declined', 'timeout', 'late', 'reversed']),
    }),
    ...(values.attempts !== undefined && { attempts: count('attempts', values.attempts) }),
    ...(values.save && { saveCard: true }),
    ...(values.points && { points: true }),
  }
  const result = await connect().pay(orderId, options)
  print(values.json, result, [
    result.status,
    ...result.steps.map(({ step, attempt, result: outcome }) => `  attempt ${attempt}: ${step} ${outcome}`),
  ])
  const wanted = options.outcome === 'reversed' ? ['CANCELLED'] : ['CAPTURED', 'PAID', 'AUTHORIZED']
  return wanted.includes(result.status) ? 0 : 1
}

function oneOf<const T extends string>(name: string, given: string, values: readonly T[]): T {
  const value = values.find((each) => each === given)
  if (!value) throw new UsageError(`--${name} takes ${values.join(', ')}.`)
  return value
}

function count(name: string, given: string): number {
  if (!/^[1-9]\d{0,3}$/.test(given)) throw new UsageError(`--${name} takes a number from 1.`)
  return Number(given)
}
