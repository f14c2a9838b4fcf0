import { invariant } from '../base/invariant.ts'
import type { Channel } from '../channel/catalogue.ts'
import { writeQris } from '../channel/qris.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { readStored } from '../wire/initiate.ts'
import type { Order } from './order.ts'

/** Goods that no category code names (ISO 18245). */
const miscellaneous = '5999'

/** Where a merchant of ours is at home; QRIS wants a place of everybody. */
const home = { class: 'UMI', city: 'Jakarta', postcode: '10110' } as const

/**
 * What the QR code of an order says, the same each time: by QRIS the payload of the standard, which names the order by
 * its number; by a scheme from abroad, whose codes are links, the address of the session.
 */
export function qrContentOf(
  merchant: Merchant,
  { amount, orderNo, details }: Order,
  { family, gives }: Channel,
  sessionUrl: string,
): string {
  invariant(gives === 'qr', 'only some channels give a QR code')
  if (family !== 'qris') return sessionUrl
  const { merchantCategoryCode } = readStored(details.members).order
  const mcc = merchantCategoryCode === undefined ? miscellaneous : String(merchantCategoryCode)
  return writeQris({
    merchant: { ...home, route: merchant.route, name: merchant.name, mcc: /^\d{4}$/.test(mcc) ? mcc : miscellaneous },
    order: { amount, orderNo },
  })
}
