import { invariant } from '../base/invariant.ts'
import { type Money, rupiah } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import { Compile, type Static } from '../base/schema.ts'
import { orderId } from './initiate-body.ts'
import { parseBody } from './json.ts'
import { amount, object } from './members.ts'
import { exactNumbers } from './initiate.ts'
import { dropAbsent, firstFault, shapeOf } from './shape.ts'
import { wholeNumber } from './whole-number.ts'

/** The body of `capture` and of `refund` (finpay-api.md 7.4 and 7.5), once: type, check and OpenAPI. */
export const OperationBody = object({ order: object({ id: orderId, amount }) })
export type OperationBody = Static<typeof OperationBody>

const shape = shapeOf(OperationBody)
const checker = Compile(OperationBody)

/**
 * Reads a capture or refund from its bytes. The amount is mandatory: a member that is misspelt is one that is
 * not there, and must not mean all of the money.
 *
 * @throws Problem `malformed_body`; `missing_field` or `malformed_field` naming the first member at fault
 */
export function readOperation(bytes: Buffer): { readonly orderId: string; readonly amount: Money } {
  const { value, raw } = parseBody(bytes, ['order.id', 'order.amount'])
  dropAbsent(shape, value)
  exactNumbers(value, raw)
  if (!checker.Check(value)) {
    const fault = firstFault(shape, value)
    invariant(fault, 'what the compiled check refuses has a member at fault')
    throw new Problem(fault.missing ? 'missing_field' : 'malformed_field', { field: fault.field })
  }
  const { order } = value
  const minor = wholeNumber(String(order.amount))
  invariant(minor !== undefined && minor > 0n, 'a checked amount is a whole number of at least 1')
  return { orderId: String(order.id), amount: rupiah(minor) }
}
