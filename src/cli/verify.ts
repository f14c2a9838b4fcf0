import { audit } from '../audit/audit.ts'
import type { Finding } from '../audit/check.ts'
import type { CheckResult } from '../audit/tally.ts'
import { cardSeals } from '../vault/card-seals.ts'
import { withDatabase } from './merchant.ts'
import { print } from './print.ts'
import { read, UsageError } from './usage.ts'

const shownByDefault = 20

/** Looks through the database for what must never be. Fails when it finds something. */
export async function verify(words: readonly string[]): Promise<number> {
  const { values } = read(words, { limit: { type: 'string' }, json: { type: 'boolean' } }, 0)
  const limit = values.limit === undefined ? shownByDefault : countOf(values.limit)
  return withDatabase(async (database, cipher, masterKey, { unknownMinutes }) => {
    const report = await audit(database, { cipher, openSeals: cardSeals(masterKey), unknownMinutes }, limit)
    const { checks, findings, total } = report
    const left = total - findings.length
    print(values.json, report, [
      row('check', 'invariant', 'examined', 'findings'),
      ...checks.map(({ name, invariant, examined, findings: found }: CheckResult) =>
        row(name, String(invariant), String(examined), String(found)),
      ),
      '',
      ...findings.map(line),
      ...(left > 0 ? [`… and ${left} more; --limit shows more`] : []),
      total === 0 ? 'Nothing is wrong.' : `${total} ${total === 1 ? 'finding' : 'findings'}.`,
    ])
    return total === 0 ? 0 : 1
  })
}

function row(name: string, invariant: string, examined: string, findings: string): string {
  return `${name.padEnd(20)} ${invariant.padStart(9)} ${examined.padStart(12)} ${findings.padStart(9)}`
}

function line({ check, invariant, merchantId, orderId, sentence }: Finding): string {
  const place = [merchantId, orderId].filter((part) => part !== null).join(' ')
  return `invariant ${invariant} (${check})${place && ` ${place}`}: ${sentence}`
}

function countOf(given: string): number {
  if (!/^\d{1,6}$/.test(given)) throw new UsageError('--limit takes a number from 0.')
  return Number(given)
}
