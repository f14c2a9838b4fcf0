import type { Channel } from '../src/channel/catalogue.ts'

/**
 * What becomes of an order of a channel, told from its row alone: the documents print it, and
 * `channel-matrix.test.ts` pays every channel to see it.
 */
export interface Outcomes {
  /** The payer pays. */
  readonly paid: 'CAPTURED' | 'PAID'
  /** Nobody comes. */
  readonly expired: 'EXPIRED'
  /** The merchant cancels before the payer has been anywhere: the status, or the code of the refusal. */
  readonly cancelled: 'CANCELLED' | '4040100'
  /** And once the payer has opened the provider's session. */
  readonly cancelledOpened: 'CANCELLED'
  /** The payer is refused wherever the money is; where nobody tells us, the order stays open. */
  readonly failed: 'FAILURE' | 'REQUEST_INITIATED'
  /** Money comes after the order's time. A card is asked for it by us, in time. */
  readonly late: 'PAID' | 'EXPIRED'
  readonly void: '2000000' | '4030015'
  readonly refund: '2000000' | '4030015'
}

export function outcomesOf({ pays, cancelsUnopened, tellsRefusals, voids, refunds }: Channel): Outcomes {
  return {
    paid: pays === 'card' ? 'CAPTURED' : 'PAID',
    expired: 'EXPIRED',
    cancelled: cancelsUnopened ? 'CANCELLED' : '4040100',
    cancelledOpened: 'CANCELLED',
    failed: tellsRefusals ? 'FAILURE' : 'REQUEST_INITIATED',
    late: pays === 'card' ? 'EXPIRED' : 'PAID',
    void: voids ? '2000000' : '4030015',
    refund: refunds ? '2000000' : '4030015',
  }
}

/** The callbacks that tell it, in their order: every final status, once. */
export const noticesOf: { readonly [Case in Exclude<keyof Outcomes, 'void' | 'refund'>]: (of: Outcomes) => string[] } =
  {
    paid: ({ paid }) => [paid],
    expired: () => ['EXPIRED'],
    cancelled: ({ cancelled }) => [cancelled === 'CANCELLED' ? 'CANCELLED' : 'EXPIRED'],
    cancelledOpened: () => ['CANCELLED'],
    failed: ({ failed }) => [failed === 'FAILURE' ? 'FAILURE' : 'EXPIRED'],
    late: ({ late }) => (late === 'PAID' ? ['EXPIRED', 'PAID'] : ['EXPIRED']),
  }

/** Members that make a request complete for a channel, whatever it needs. */
export function membersFor({ id, needs }: Channel): Record<string, unknown> {
  const accounts: Readonly<Record<string, string>> = {
    ovo: '081286288844',
    jeniuspay: '$gerbang',
    finpaymoney: '6281286288844',
  }
  const asks = (member: string) => needs.some((path) => path === member || path.startsWith(`${member}.`))
  return {
    sourceOfFunds: { type: id, ...(id in accounts && { accountId: accounts[id] }) },
    ...(asks('billing') && { billing: { address: { city: 'Jakarta', country: 'IDN' } } }),
    ...(asks('shipping') && { shipping: { method: 'SAME_DAY' } }),
  }
}

/** Of an order, what a channel needs. */
export function orderMembersFor({ needs }: Channel): Record<string, unknown> {
  if (!needs.some((path) => path.startsWith('order.item'))) return {}
  return {
    item: [{ name: 'Kopi', quantity: '1', unitPrice: '25000', category: 'food', url: 'https://merchant.example/kopi' }],
  }
}
