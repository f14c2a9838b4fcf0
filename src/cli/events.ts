import { connect } from './connect.ts'
import { print } from './print.ts'
import { read } from './usage.ts'

/** The log of an order, oldest first. */
export async function events(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { json: { type: 'boolean' } }, 1)
  const found = await connect().events(positionals[0] ?? '')
  print(
    values.json,
    { events: found },
    found.map(({ seq, at, type, data }) => `${String(seq).padStart(3)}  ${at}  ${type}  ${JSON.stringify(data)}`),
  )
  return 0
}
