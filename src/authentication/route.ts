import { uuidFrom } from '../base/random.ts'
import { isId } from './message.ts'

/** The merchants' routing numbers, 0 to 2^32 - 1, kept by the operator (design part 7). */
export interface Routes {
  routeOf(merchantId: string): number | Promise<number>
  merchantOfRoute(route: number): string | undefined | Promise<string | undefined>
}

/**
 * An authentication's id: a UUID whose first four bytes are the merchant's route, so that a page that the
 * payer opens without naming a merchant finds the merchant without an index over all of them.
 *
 * @param random twelve bytes
 */
export function routedId(route: number, random: Buffer): string {
  const leading = Buffer.alloc(4)
  leading.writeUInt32BE(route)
  return uuidFrom(Buffer.concat([leading, random]))
}

/** The merchant of an id that a browser brought; undefined for what is no id or has no merchant. */
export async function merchantOf(routes: Routes, id: string): Promise<string | undefined> {
  return isId(id) ? await routes.merchantOfRoute(Number.parseInt(id.slice(0, 8), 16)) : undefined
}
