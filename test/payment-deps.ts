import { randomBytes } from 'node:crypto'
import { acquirerOf, onlyAcquirer } from '../src/acquirer/acquirer.fixture.ts'
import { type Clock, systemClock } from '../src/base/clock.ts'
import { systemRandom } from '../src/base/random.ts'
import { Secret } from '../src/base/secret.ts'
import type { PaymentDeps } from '../src/payment/deps.ts'
import { Orders, type OrdersOptions } from '../src/payment/orders.ts'
import { Plans } from '../src/recurring/plans.ts'
import { CvvKeeper } from '../src/vault/cvv.ts'
import { fixedKeys } from '../src/vault/fixture.ts'
import { Vault } from '../src/vault/vault.ts'
import type { TestGateway } from './gateway.ts'

/** What the use cases need, on a gateway's database and beside it: as another process would. */
export function paymentDepsOn(
  { database }: Pick<TestGateway, 'database'>,
  changes: Partial<PaymentDeps> = {},
  options: OrdersOptions = {},
): PaymentDeps {
  const clock: Clock = changes.clock ?? systemClock
  const silence = () => Promise.resolve({ outcome: 'unknown', reason: 'TIMED_OUT' } as const)
  const cards = new Vault(fixedKeys(new Secret(randomBytes(32))), systemRandom)
  return {
    database,
    orders: new Orders(database, { cards, plans: new Plans(database) }, options),
    clock,
    random: systemRandom,
    acquirers: onlyAcquirer(acquirerOf(silence)),
    collects: () => true,
    authenticator: null,
    cvvs: new CvvKeeper(clock),
    unknownDeadlineMs: 15 * 60_000,
    wake: () => undefined,
    ...changes,
  }
}
