import type { Phrases } from './languages/id.ts'

/** Why an attempt to pay ended without money, in the words that a payer needs. Each has its advice in the dictionary. */
export type RefusalReason = keyof Phrases['refusal']['reasons']
