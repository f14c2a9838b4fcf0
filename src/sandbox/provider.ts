import { createHmac, randomBytes } from 'node:crypto'
import type { AcquirerSimulator } from '../acquirer/simulator.ts'
import { invariant } from '../base/invariant.ts'
import type { Money } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import { uuidFrom } from '../base/random.ts'
import { type Channel, type ChannelId, channelOf, channels } from '../channel/catalogue.ts'
import { routeOfCode } from '../channel/code.ts'
import type { Directory } from '../merchant/directory.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import { type OpenNumberDeps, standingNumber } from '../payment/open-number.ts'
import { openOrderId, receiveOpen } from '../payment/open-payment.ts'
import { findNumber, type OpenNumber } from '../payment/open-number-store.ts'
import { type Order, paidCodeOf } from '../payment/order.ts'
import { payableNow, receive } from '../payment/receive.ts'
import { type Withdrawal, withdraw } from '../payment/withdraw.ts'
import type { Receipt } from '../payment/receipt.ts'
import { orderOfCode } from '../payment/standing-store.ts'
import { cancel, schedule } from '../timer/store.ts'
import { timerOf } from '../timer/timer.ts'

export interface ProviderDeps {
  readonly payments: PaymentDeps
  readonly openNumbers: OpenNumberDeps
  readonly directory: Pick<Directory, 'find' | 'findByRoute'>
  /** Who holds the money that payers bring. */
  readonly acquirer: AcquirerSimulator
}

/** What a bank or counter shows of a number, before it takes money for it. */
export type Lookup =
  | { readonly kind: 'payable'; readonly merchant: Merchant; readonly order: Order }
  /** Any amount that the channel takes. */
  | { readonly kind: 'open'; readonly merchant: Merchant; readonly number: OpenNumber }
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
  /** Of sessions at numbers that are open; a session does not outlive the process. */
  readonly #secret = randomBytes(32)
  readonly #deps: ProviderDeps
  /** Payments to open numbers so far, so that under a seed each has a reference of its own. */
  #taken = 0

  constructor(deps: ProviderDeps) {
    this.#deps = deps
  }

  /** What stands behind a number that a payer typed. */
  async lookUp(channel: Channel, code: string): Promise<Lookup> {
    const { payments, directory } = this.#deps
    const route = channel.code ? routeOfCode(channel.code, code) : undefined
    const merchant = route === undefined ? undefined : await directory.findByRoute(route)
    const key = merchant && { merchantId: merchant.merchantId, channel: channel.id, paymentCode: code }
    const number = key && (await standingNumber(payments, key))
    if (number) return { kind: 'open', merchant, number }
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
   * @throws Problem `unavailable` where we could not be told: if the money is held, we are told again later
   */
  async pay(merchant: Merchant, order: Order, channelId: ChannelId, amount: Money, session?: string): Promise<Receipt> {
    const { merchantId } = merchant
    const { orderId, eventSeq } = order
    const purpose = { merchant: merchantId, order: orderId, purpose: `payment by ${channelId}`, n: eventSeq }
    const { random } = this.#deps.payments
    const reference = uuidFrom(
      session === undefined
        ? random.bytes(16, purpose)
        : sessionBytes(order.pageSecret, [orderId, channelId, amount.minor.toString(), session]),
    )
    return this.#take(merchant, { channel: channelId, number: null, reference }, orderId, amount)
  }

  /**
   * Takes a payer's money for an open number, any amount of it, and tells us of it.
   *
   * @param session as in `pay`
   * @throws Problem `order_not_found` where the merchant never had the number; `unavailable` as `pay`
   */
  async payNumber(
    merchant: Merchant,
    { id: channel }: Channel,
    number: string,
    amount: Money,
    session?: string,
  ): Promise<Receipt> {
    const { payments } = this.#deps
    const { merchantId } = merchant
    if (!(await findNumber(payments.database, { merchantId, channel, paymentCode: number })))
      throw new Problem('order_not_found')
    this.#taken += 1
    const purpose = { merchant: merchantId, order: number, purpose: `payment to ${channel}`, n: this.#taken }
    const reference = uuidFrom(
      session === undefined
        ? payments.random.bytes(16, purpose)
        : sessionBytes(this.#secret, [number, channel, amount.minor.toString(), session]),
    )
    return this.#take(merchant, { channel, number, reference }, openOrderId(reference), amount)
  }

  async #take(merchant: Merchant, taken: Taken, orderId: string, amount: Money): Promise<Receipt> {
    const { payments, acquirer } = this.#deps
    const { merchantId } = merchant
    const { channel, reference } = taken
    const now = payments.clock.now(merchantId)
    const reminder = timerOf(merchantId, 'notify', subjectOf(taken), new Date(now.getTime() + tellAgainMs))
    await schedule(payments.database, [reminder])
    const approvalCode = `${reference}${channelOf(channel).bank}`
    const isHeld = await acquirer.collect({ merchantId, orderId, reference, amount, approvalCode })
    // The reminder came first, by a clock that was moved, and found nothing: the payer keeps its money.
    if (!isHeld) throw new Problem('unavailable')
    const receipt = await this.#tell(merchant, taken)
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
    await this.#tell(merchant, takenOf(subject))
    return null
  }

  /** Undefined where no money was taken under the reference. */
  async #tell(merchant: Merchant, { channel, number, reference }: Taken): Promise<Receipt | undefined> {
    const { payments, openNumbers, acquirer } = this.#deps
    const { merchantId } = merchant
    const held = await acquirer.held(merchantId, reference)
    if (!held) return undefined
    const { orderId, amount, approvalCode: bankReference } = held
    const told = { merchantId, acquirerId: acquirer.id, reference, channel, amount, bankReference }
    if (number !== null) return receiveOpen(openNumbers, merchant, { ...told, paymentCode: number })
    const { order } = (await payments.orders.find(merchantId, orderId)) ?? {}
    const paymentCode = order?.channel === channel ? paidCodeOf(order) : null
    return receive(payments, merchant, { ...told, orderId, paymentCode })
  }
}

/** A payment that the provider took. */
interface Taken {
  readonly channel: ChannelId
  /** The open number that was paid to; null where an order was. */
  readonly number: string | null
  readonly reference: string
}

/** Names a payment in a timer; the reference is last (`audit/wall-checks.ts`). */
function subjectOf({ channel, number, reference }: Taken): string {
  return [channel, ...(number === null ? [] : [number]), reference].join(':')
}

function takenOf(subject: string): Taken {
  const [id = '', ...rest] = subject.split(':')
  const channel = channels.find((each) => each.id === id)
  const reference = rest.pop()
  invariant(channel && reference !== undefined, 'a payment names its channel and its reference')
  return { channel: channel.id, number: rest[0] ?? null, reference }
}

/** Nobody finds a payment by its session who does not know the secret. */
function sessionBytes(secret: Buffer, said: readonly string[]): Buffer {
  return createHmac('sha256', secret).update(JSON.stringify(said)).digest().subarray(0, 16)
}
