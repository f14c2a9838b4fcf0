/** How the merchant's server answers: the first callbacks one by one, and all others alike. */
export interface MerchantServerPlan {
  readonly first: readonly MerchantAnswer[]
  readonly rest: '200' | '500'
}

export type MerchantAnswer = '200' | '500' | 'slow' | 'reset'

/** What the `n`th callback that comes is answered. */
export function answerTo({ first, rest }: MerchantServerPlan, n: number): MerchantAnswer {
  return first[n] ?? rest
}

/** True where that counts as taken. */
export function deliveryAnswer(plan: MerchantServerPlan, n: number): boolean {
  const answer = answerTo(plan, n)
  return answer === '200' || answer === 'slow'
}
