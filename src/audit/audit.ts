import type { KeyCipher } from '../merchant/store.ts'
import { find } from '../merchant/store.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { Database, Sql } from '../postgres/database.ts'
import { attemptChecks } from './attempt-checks.ts'
import { callbackChecks, merchantKeyCheck, signatureCheck } from './callback-checks.ts'
import { cardNumberCheck, checkCardNumbers } from './card-number-check.ts'
import type { AuditSettings, Check, OrderCheck, Tally } from './check.ts'
import type { Dossier } from './dossier.ts'
import { dossiers } from './filing.ts'
import { logChecks } from './log-checks.ts'
import { moneyChecks } from './money-checks.ts'
import { operationChecks } from './operation-checks.ts'
import { checkPlans, planChecks } from './plan-checks.ts'
import { receiptChecks } from './receipt-checks.ts'
import { cardSealCheck, checkSeals, dataKeyCheck, type OpenSeals } from './seal-checks.ts'
import { snapshot } from './store.ts'
import { cardsHeld, tables } from './table-store.ts'
import { Counter, type Report } from './tally.ts'
import { timerChecks } from './timer-checks.ts'
import { checkWalls, wallChecks } from './wall-checks.ts'

const orderChecks: readonly OrderCheck[] = [
  ...logChecks,
  ...attemptChecks,
  ...moneyChecks,
  ...operationChecks,
  ...receiptChecks,
  ...timerChecks,
  ...callbackChecks,
  signatureCheck,
]

const vaultCheck: Check = {
  name: 'vault-entries',
  invariant: 8,
  about: 'the vault holds no card but those of living attempts',
}

/** Every check, by the number of its invariant. What data cannot show (1, 3 and 12) is not among them. */
export const checks: readonly Check[] = [
  ...orderChecks,
  merchantKeyCheck,
  vaultCheck,
  dataKeyCheck,
  cardSealCheck,
  cardNumberCheck,
  ...planChecks,
  ...wallChecks,
].toSorted((a, b) => a.invariant - b.invariant)

/** What opens merchants' keys, and cards. */
export interface AuditKeys {
  readonly cipher: KeyCipher
  readonly openSeals: OpenSeals
}

/**
 * Looks through a whole database for what must never be. It reads one moment, in a transaction that writes
 * nothing, so it may run beside a gateway that serves; memory stays bounded whatever the database holds.
 *
 * @param limit how many findings are kept; all are counted
 * @throws Problem `unavailable` when the database cannot be reached
 */
export async function audit(
  database: Pick<Database, 'transaction'>,
  { cipher, openSeals, ...settings }: AuditKeys & AuditSettings,
  limit = 100,
): Promise<Report> {
  return database.transaction(async (sql) => {
    await snapshot(sql)
    const counter = new Counter(checks, limit)
    const found = await tables(sql)
    await checkWalls(sql, found, counter)
    await checkOrders(sql, cipher, settings, counter)
    await checkPlans(sql, counter)
    await checkSeals(sql, openSeals, counter)
    await checkCardNumbers(sql, found, counter)
    return counter.report()
  })
}

async function checkOrders(sql: Sql, cipher: KeyCipher, settings: AuditSettings, tally: Tally): Promise<void> {
  const merchants = new Map<string, Merchant | undefined>()
  const merchantOf = async (merchantId: string) => {
    if (!merchants.has(merchantId)) merchants.set(merchantId, await findMerchant(sql, cipher, merchantId, tally))
    return merchants.get(merchantId)
  }
  const living = new Map<string, number>()
  for await (const batch of dossiers(sql, merchantOf)) {
    for (const dossier of batch) {
      const { merchantId } = dossier.order
      for (const check of orderChecks) look(check, dossier, settings, tally)
      living.set(merchantId, (living.get(merchantId) ?? 0) + dossier.held.size)
    }
  }
  for (const { merchantId, cards, oldest } of await cardsHeld(sql)) {
    tally.examined(vaultCheck, cards)
    const strangers = cards - (living.get(merchantId) ?? 0)
    if (strangers > 0)
      tally.found(
        vaultCheck,
        { merchantId, orderId: null },
        `the vault holds ${strangers} of ${cards} cards for no attempt, the oldest card since ${oldest.toISOString()}`,
      )
  }
}

async function findMerchant(
  sql: Sql,
  cipher: KeyCipher,
  merchantId: string,
  tally: Tally,
): Promise<Merchant | undefined> {
  tally.examined(merchantKeyCheck, 1)
  try {
    return await find(sql, cipher, merchantId)
  } catch (error) {
    // The cipher says this of a value that was changed, or sealed under another key; the rest is the database's.
    if (!(error instanceof Error) || !error.message.startsWith('A sealed value')) throw error
    tally.found(merchantKeyCheck, { merchantId, orderId: null }, "the merchant's key does not open")
    return undefined
  }
}

/** A row that somebody changed may hold what no check expects: that is a finding, and not the end of the audit. */
function look(check: OrderCheck, dossier: Dossier, settings: AuditSettings, tally: Tally): void {
  const { merchantId, orderId } = dossier.order
  const place = { merchantId, orderId }
  try {
    tally.examined(
      check,
      check.look(dossier, (sentence) => tally.found(check, place, sentence), settings),
    )
  } catch (error) {
    // The message may hold what the row holds.
    const name = error instanceof Error ? error.name : typeof error
    tally.found(check, place, `what the order's rows hold cannot be judged (${name})`)
  }
}
