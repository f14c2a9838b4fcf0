import { connect } from './connect.ts'
import { print } from './print.ts'
import { read, UsageError } from './usage.ts'

/** Pays to an open number at its bank. Fails when the money goes back. */
export async function payNumber(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(
    words,
    { amount: { type: 'string' }, late: { type: 'boolean' }, json: { type: 'boolean' } },
    2,
  )
  const [sofId = '', paymentCode = ''] = positionals
  const { amount = '', late = false } = values
  if (!/^[1-9]\d{0,13}$/.test(amount)) throw new UsageError('--amount takes whole rupiah, at least 1.')
  const paid = await connect().payNumber(sofId, paymentCode, { amount, ...(late && { outcome: 'late' }) })
  print(values.json, paid, [`${paid.orderId} ${paid.status} ${paid.result}`])
  return paid.result === 'kept' ? 0 : 1
}
