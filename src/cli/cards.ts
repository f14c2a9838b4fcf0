import { connect } from './connect.ts'
import { print } from './print.ts'
import { read, UsageError } from './usage.ts'

/** The cards that a customer keeps with the merchant. */
export async function cardsList(words: readonly string[]): Promise<number> {
  const { values } = read(words, { customer: { type: 'string' }, json: { type: 'boolean' } }, 0)
  if (!values.customer) throw new UsageError('--customer says whose cards.')
  const cards = await connect().cards(values.customer)
  print(
    values.json,
    { cards },
    cards.length === 0
      ? ['no cards are stored']
      : cards.map(({ token, mask, expiryDate, info }) =>
          `${token}  ${mask}  ${expiryDate}  ${info.brand ?? ''}`.trim(),
        ),
  )
  return 0
}

/** Deletes a stored card. */
export async function cardsDelete(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { json: { type: 'boolean' } }, 1)
  const [token = ''] = positionals
  await connect().deleteCard(token)
  print(values.json, { deleted: token }, [`deleted ${token.slice(0, 8)}…`])
  return 0
}
