import { createHmac } from 'node:crypto'
import type { AcquirerSimulator } from '../acquirer/simulator.ts'
import { invariant } from '../base/invariant.ts'
import type { Money } from '../base/money.ts'
import { uuidFrom } from '../base/random.ts'
import { type Channel, type ChannelId, channelOf, channels } from '../channel/catalogue.ts'
import { routeOfCode } from '../channel/code.ts'
import type { Directory } from '../merchant/directory.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import type { Order } from '../payment/order.ts'
import { payableNow, receive } from '../payment/receive.ts'
import { type Withdrawal, withdraw } from '../payment/withdraw.ts'
import type { Receipt } from '../payment/receipt.ts'
import { orderOfCode } from '../payment/standing-store.ts'
import { cancel, schedule } from '../timer/store.ts'
import { timerOf } from '../timer/timer.ts'

export interface ProviderDeps {
  readonly payments: PaymentDeps
  readonly directory: Pick<Directory, 'find' | 'findByRoute'>
  /** Who holds the money that payers bring. */
  readonly acquirer: AcquirerSimulator
}

/** What a bank or counter shows of a number, before it takes money for it. */
export type Lookup =
  | { readonly kind: 'payable'; readonly merchant: Merchant; readonly order: Order }
  | { readonly kind: 'refused'; readonly reason: Unpayable; readonly merchant: Merchant; readonly order: Order }
  | { readonly kind: 'refused'; readonly reason: 'unknown_number' }

/** Why an order cannot be paid now, as its payer is told. */
export type Unpayable = NonNullable<ReturnType<typeof payableNow>>

/** A provider that has taken money and had no answer tells us again after so long. Business time. */
const tellAgainMs = 60_000

/**
 * The other side of payments that are made elsewhere, for the sandbox: banks, counters and wallets, played by this
 * program. It holds the money durably before it tells us, tells us until it is heard, and gives back what is not wanted,
 * so that all that a real one does to us happens here too.
 */
export class ProviderSimulator {
  readonly #deps: ProviderDeps

  constructor(deps: ProviderDeps) {
    this.#deps = deps
  }

  /** What stands behind a number that a payer typed. */
  async lookUp(channel: Channel, code: string): Promise<Lookup> {
    const { payments, directory } = this.#deps
    const route = channel.code ? routeOfCode(channel.code, code) : undefined
    const merchant = route === undefined ? undefined : await directory.findByRoute(route)
    const orderId = merchant && (await orderOfCode(payments.database, merchant.merchantId, channel.id, code))
    const found = orderId && (await payments.orders.find(merchant.merchantId, orderId))
    if (!merchant || !found) return { kind: 'refused', reason: 'unknown_number' }
    const { order } = found
    const reason = payableNow(order, payments.clock.now(merchant.merchantId))
    return reason ? { kind: 'refused', reason, merchant, order } : { kind: 'payable', merchant, order }
  }

  /**
   * Takes a payer's money for an order and tells us of it. What we want of it, the receipt says.
   *
   * @param session of several payments in one session, on one page, the first is meant; absent: a payment of its own
   * @throws Problem `unavailable` where we could not be told: the money is held, and we are told again later
   */
  async pay(merchant: Merchant, order: Order, channelId: ChannelId, amount: Money, session?: string): Promise<Receipt> {
    const { payments, acquirer } = this.#deps
    const { merchantId } = merchant
    const { orderId, eventSeq } = order
    const purpose = { merchant: merchantId, order: orderId, purpose: `payment by ${channelId}`, n: eventSeq }
    const reference = uuidFrom(
      session === undefined ? payments.random.bytes(16, purpose) : sessionBytes(order, channelId, amount, session),
    )
    const now = payments.clock.now(merchantId)
    const reminder = timerOf(merchantId, 'notify', `${channelId}:${reference}`, new Date(now.getTime() + tellAgainMs))
    await schedule(payments.database, [reminder])
    const approvalCode = `${reference}${channelOf(channelId).bank}`
    await acquirer.collect({ merchantId, orderId, reference, amount, approvalCode })
    const receipt = await this.#tell(merchant, channelId, reference)
    invariant(receipt, 'money that is held was told of')
    await cancel(payments.database, [reminder])
    return receipt
  }

  /** Takes a payment back that was kept, if we let it. Undefined where there was no such payment. */
  withdraw(merchant: Merchant, reference: string): Promise<Withdrawal | undefined> {
    return withdraw(this.#deps.payments, merchant, reference)
  }

  /** Tells us again of money that was taken and of which we may not have heard; the timer's subject names it. */
  async notify(merchant: Merchant, subject: string): Promise<null> {
    const [id = '', reference = ''] = subject.split(':')
    const channel = channels.find((each) => each.id === id)
    invariant(channel, 'a payment names its channel')
    await this.#tell(merchant, channel.id, reference)
    return null
  }

  /** Undefined where no money was taken under the reference. */
  async #tell(merchant: Merchant, channel: ChannelId, reference: string): Promise<Receipt | undefined> {
    const { payments, acquirer } = this.#deps
    const { merchantId } = merchant
    const held = await acquirer.held(merchantId, reference)
    if (!held) return undefined
    const { orderId, amount, approvalCode: bankReference } = held
    const { order } = (await payments.orders.find(merchantId, orderId)) ?? {}
    const paymentCode = order?.channel === channel ? order.paymentCode : null
    return receive(payments, merchant, {
      merchantId,
      orderId,
      acquirerId: acquirer.id,
      reference,
      channel,
      paymentCode,
      amount,
      bankReference,
    })
  }
}

/** Nobody finds a payment by its session who does not know the order's secret. */
function sessionBytes({ pageSecret, orderId }: Order, channel: ChannelId, { minor }: Money, session: string): Buffer {
  const text = JSON.stringify([orderId, channel, minor.toString(), session])
  return createHmac('sha256', pageSecret).update(text).digest().subarray(0, 16)
}
