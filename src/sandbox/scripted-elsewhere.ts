import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import type { Channel } from '../channel/catalogue.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { openElsewhere, pickMethod, refuseElsewhere } from '../payment/elsewhere.ts'
import type { Standing } from '../payment/order.ts'
import { payableNow } from '../payment/receive.ts'
import type { WireStatus } from '../payment/wire-status.ts'
import { type PayerDeps, type PayerScript, type PayerStep, report, see, waitsForPayer } from './payer-script.ts'

/**
 * Pays at the provider of an order's channel, through the functions that the provider's own pages run. Who looks the
 * order up first is refused what cannot be paid; `late` is money that comes all the same, whatever became of the order;
 * `reversed` is money that the bank takes back, at once or from an order that is paid already.
 *
 * @throws Problem `wrong_state` when the order cannot be paid
 */
export async function payElsewhere(
  deps: PayerDeps,
  merchant: Merchant,
  first: Standing,
  channel: Channel,
  script: PayerScript,
  steps: PayerStep[],
): Promise<{ status: WireStatus; steps: PayerStep[] }> {
  const { payments, provider } = deps
  const { merchantId, orderId } = first.order
  const isLate = script.outcome === 'late'
  const tell = (step: PayerStep['step'], result: string) =>
    steps.push({ step, attempt: first.order.attemptCount, result })
  const done = () => report(payments, merchantId, orderId, steps)
  const isReversed = script.outcome === 'reversed'
  const paid = isReversed ? paymentOf(first) : undefined
  if (paid) {
    tell('reversal', await takeBack(deps, merchant, paid))
    return done()
  }
  if (!isLate && payableNow(first.order, payments.clock.now(merchantId)) !== null) throw new Problem('wrong_state')
  if (channel.gives !== 'code' && !isLate) {
    await openElsewhere(payments, merchant, orderId, channel.id)
    tell('session', 'opened')
  }
  if (script.outcome === 'timeout' || script.authentication === 'abandon') return done()
  const amount = script.amount ?? first.order.amount
  if (!isLate && amount.minor !== first.order.amount.minor) {
    tell('lookup', 'wrong_amount')
    return done()
  }
  if (script.outcome === 'declined' || script.authentication === 'fail') {
    const reason = script.authentication === 'fail' ? 'AUTHENTICATION_FAILED' : 'DECLINED'
    for (let tries = 1; ; tries += 1) {
      // Who may pick is asked again after each refusal.
      if (tries > 1 && first.order.details.isPicked) await pickMethod(payments, merchant, orderId, channel)
      const told = channel.tellsRefusals && (await refuseElsewhere(payments, merchant, orderId, channel.id, reason))
      tell('payment', reason)
      if (!told || tries === script.attempts) return done()
      if (!waitsForPayer((await see(payments, merchantId, orderId)).order, payments)) return done()
    }
  }
  const receipt = await provider.pay(merchant, first.order, channel.id, amount)
  tell('payment', receipt.reason === null ? receipt.state : `${receipt.state}: ${receipt.reason}`)
  if (isReversed) tell('reversal', await takeBack(deps, merchant, receipt.reference))
  return done()
}

/** The reference of the payment that an order was paid with. */
function paymentOf({ order, attempt }: Standing): string | undefined {
  return order.paidAttempt === null ? undefined : (attempt?.acquirerReference ?? undefined)
}

async function takeBack({ provider }: PayerDeps, merchant: Merchant, reference: string): Promise<string> {
  const result = await provider.withdraw(merchant, reference)
  invariant(result, 'what an order was paid with was told of')
  return result
}
