import { timingSafeEqual } from 'node:crypto'
import type { Order } from './order.ts'

/**
 * The address of a payer's page: route (4 bytes), order number (12, by time), secret (16), as 64 hex
 * digits. The route finds the merchant and the number the order, so no index on secrets is needed; the
 * secret is compared in constant time (design part 7).
 */
export interface PageToken {
  readonly route: number
  readonly orderNo: Buffer
  readonly secret: Buffer
}

export function pageTokenOf(route: number, { orderNo, pageSecret }: Pick<Order, 'orderNo' | 'pageSecret'>): string {
  return route.toString(16).padStart(8, '0') + orderNo.toString('hex') + pageSecret.toString('hex')
}

export function parsePageToken(text: string): PageToken | undefined {
  if (!/^[0-9a-f]{64}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'hex')
  return { route: bytes.readUInt32BE(0), orderNo: bytes.subarray(4, 16), secret: bytes.subarray(16) }
}

export function opens(token: PageToken, order: Pick<Order, 'pageSecret'>): boolean {
  return timingSafeEqual(token.secret, order.pageSecret)
}
