import { invariant } from '../base/invariant.ts'
import { type Channel, type ChannelId, channelOf } from '../channel/catalogue.ts'
import { nmidOf } from '../channel/qris.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { Order } from '../payment/order.ts'
import { qrContentOf } from '../payment/qr-content.ts'
import type { CodeStep, PickerErrors, PickerStep, QrStep, Refusal, WalletStep } from './view.ts'

/** Addresses of an order's way to be paid elsewhere. */
export interface WayContext {
  /** The provider's session. */
  readonly sessionUrl: string
  /** The picture of its QR code, without its ending. */
  readonly picturePath: string
}

/** The channel that an order is being paid by; undefined while its payer has picked none. */
export function channelOfOrder({ channel }: Pick<Order, 'channel'>): Channel | undefined {
  return channel === null ? undefined : channelOf(channel)
}

/** What there is to pay by. */
export function pickerStep(
  { details }: Order,
  {
    offered,
    remembered,
    picked,
    formNo,
    refusal,
  }: {
    readonly offered: readonly Channel[]
    readonly remembered: ChannelId | null
    readonly picked: PickerErrors
    readonly formNo: number
    readonly refusal: Refusal | null
  },
): PickerStep {
  return {
    kind: 'picker',
    formNo,
    methods: offered.map(({ id, asks }) => ({ channel: id, asks, account: details.accountId ?? '' })),
    remembered,
    errors: picked,
    refusal,
  }
}

/** How an order is paid elsewhere, while it waits for that. */
export function waitingStep(
  order: Order,
  channel: Channel,
  {
    merchant,
    action,
    state,
    ways,
    offered,
    refusal,
  }: {
    readonly merchant: Merchant
    readonly action: string
    readonly state: string
    readonly ways: WayContext
    readonly offered: readonly Channel[]
    readonly refusal: Refusal | null
  },
): CodeStep | QrStep | WalletStep {
  const waiting = {
    channel: channel.id,
    statusUrl: `${action}/status`,
    state,
    payBefore: order.expiresAt,
    changeable: order.details.isPicked && offered.length > 1,
    formNo: order.attemptCount + 1,
  }
  if (channel.gives === 'code') {
    invariant(order.paymentCode !== null, 'a channel with numbers has given one')
    return { ...waiting, kind: 'code', code: order.paymentCode }
  }
  if (channel.gives === 'qr') {
    return {
      ...waiting,
      kind: 'qr',
      imageUrl: `${ways.picturePath}.svg`,
      pngUrl: `${ways.picturePath}.png`,
      payload: qrContentOf(merchant, order, channel, ways.sessionUrl),
      nmid: channel.family === 'qris' ? nmidOf(merchant.route) : null,
    }
  }
  const account = order.account ?? order.details.accountId
  return channel.isPushed
    ? { ...waiting, kind: 'wallet', refusal, href: null, pushedTo: account === null ? '' : masked(account) }
    : { ...waiting, kind: 'wallet', refusal, href: ways.sessionUrl, pushedTo: null }
}

/** Enough of who is asked for the payer to know it, and too little for whoever else sees the page. */
function masked(account: string): string {
  const [start, end] = [account.slice(0, 4), account.slice(-4)]
  return account.length > 9 ? `${start}••••${end}` : `${account.slice(0, 2)}••••`
}
