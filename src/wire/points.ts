import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import type { InitiateBody } from './initiate-body.ts'
import { wholeNumber } from './whole-number.ts'

/** What a merchant says of paying with points: `order.transactionFiltering.point` (finpay-api.md 3.4). */
export interface PointTerms {
  readonly last4: string
  readonly owned: bigint
  readonly rules: readonly {
    readonly bin: string
    readonly pointToIdr: bigint
    readonly minAmount: bigint | null
    readonly maxAmount: bigint | null
    /** Of the order's amount, in hundredths of a percent. */
    readonly maxShare: bigint | null
  }[]
}

type Point = NonNullable<InitiateBody['order']['transactionFiltering']>['point']

/**
 * Reads `point` of a checked request, or of one that was stored; null where there is nothing in it.
 *
 * @throws Problem `missing_field` naming the member
 */
export function readPoints(point: Point): PointTerms | null {
  if (point === undefined || Object.keys(point).length === 0) return null
  const { last4, ownedPoints, rule: rules } = point
  if (last4 === undefined) throw missing('last4')
  if (ownedPoints === undefined) throw missing('ownedPoints')
  if (rules === undefined) throw missing('rule')
  return {
    last4: String(last4),
    owned: whole(ownedPoints),
    rules: rules.map(({ cardBin, pointToIdr, min, max }, place) => {
      if (cardBin === undefined) throw missing(`rule.${place}.cardBin`)
      if (pointToIdr === undefined) throw missing(`rule.${place}.pointToIdr`)
      return {
        bin: String(cardBin),
        pointToIdr: whole(pointToIdr),
        minAmount: min?.amount === undefined ? null : whole(min.amount),
        maxAmount: max?.amount === undefined ? null : whole(max.amount),
        maxShare: max?.disc === undefined ? null : hundredths(max.disc),
      }
    }),
  }
}

function whole(value: string | number): bigint {
  const number = wholeNumber(String(value))
  invariant(number !== undefined, 'a checked whole number is one')
  return number
}

/** `12.5` as 1250. */
function hundredths(percent: string | number): bigint {
  const [integer = '', fraction = ''] = String(percent).split('.')
  return BigInt(integer + fraction.padEnd(2, '0'))
}

const missing = (member: string) =>
  new Problem('missing_field', { field: `order.transactionFiltering.point.${member}` })
