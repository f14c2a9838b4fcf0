import type { Merchant } from '../merchant/merchant.ts'

/*
 * The address of a receipt: its merchant's number (4 bytes) and the payment's reference (16), as 40 hex digits. The
 * reference is a secret of its payer and its merchant, so no other is needed.
 */

const prefix = '/sandbox/receipt/'

/** The route as the framework writes it. */
export const receiptRoute = `${prefix}:id`

export function receiptPathOf({ route }: Pick<Merchant, 'route'>, reference: string): string {
  return prefix + route.toString(16).padStart(8, '0') + reference.replaceAll('-', '')
}

/** Whose payment, and which; undefined for what is no address of one. */
export function parseReceiptId(id: string): { readonly route: number; readonly reference: string } | undefined {
  const match = /^([0-9a-f]{8})([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(id)
  if (!match) return undefined
  const [, route = '', ...parts] = match
  return { route: Number.parseInt(route, 16), reference: parts.join('-') }
}
