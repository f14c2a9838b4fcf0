import type { Decision } from './decide.ts'

/** A test account: what its payer types, and what the simulated bank does when it is to be debited. */
export interface TestAccount {
  readonly number: string
  /** What the simulated bank calls it, and all that is kept of it beside a mask. */
  readonly reference: string
  readonly debits: Decision
  readonly meaning: { readonly id: string; readonly en: string }
}

/** The accounts that the sandbox publishes; it links no other. The numbers are ours and belong to nobody. */
export const testAccounts: readonly TestAccount[] = [
  {
    number: '1234567001',
    reference: 'test-account-1',
    debits: { state: 'approved', heard: true },
    meaning: { id: 'Pembayaran berhasil', en: 'Every payment succeeds' },
  },
  {
    number: '1234567002',
    reference: 'test-account-2',
    debits: { state: 'declined', responseCode: '51', reason: 'INSUFFICIENT_FUNDS', heard: true },
    meaning: { id: 'Saldo tidak cukup', en: 'Insufficient funds' },
  },
  {
    number: '1234567003',
    reference: 'test-account-3',
    debits: { state: 'declined', responseCode: '61', reason: 'EXCEEDS_LIMIT', heard: true },
    meaning: { id: 'Melebihi batas dari bank', en: "Over the bank's own limit" },
  },
  {
    number: '1234567004',
    reference: 'test-account-4',
    debits: { state: 'approved', heard: false },
    meaning: { id: 'Berhasil, jawaban bank hilang di jalan', en: "Succeeds, and the bank's answer is lost" },
  },
  {
    number: '1234567005',
    reference: 'test-account-5',
    debits: { state: 'silent' },
    meaning: { id: 'Bank tidak menjawab', en: 'The bank does not answer' },
  },
]

/** The account that a payer means, however its digits are grouped. */
export function findTestAccount(typed: string): TestAccount | undefined {
  const number = typed.replace(/[ .-]/g, '')
  return testAccounts.find((account) => account.number === number)
}

/** What the simulated bank does when an account is to be debited. */
export function decideDebit(reference: string): Decision {
  const account = testAccounts.find((each) => each.reference === reference)
  if (!account) return { state: 'declined', responseCode: '14', reason: 'DECLINED', heard: true }
  return account.debits
}
