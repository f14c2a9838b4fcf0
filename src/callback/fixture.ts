import { type Sql, statement } from '../postgres/database.ts'
import { type NewCallback, insert } from './store.ts'

/** For tests: the least order that a callback can belong to. */
const insertOrder = statement(
  'callback_fixture.insert_order',
  `insert into payment_order (
     merchant_id, order_id, order_no, page_secret, reference, state, amount_minor, currency,
     content_hash, request, created_at, expires_at, event_hash
   )
   values (
     $1, $2, substring(sha256(convert_to($1 || $2, 'UTF8')) for 12), '\\x00112233445566778899aabbccddeeff',
     '00000000-0000-4000-8000-000000000000', 'captured', 1000, 'IDR', '\\x00', '{}', $3, $3, '\\x00'
   )
   on conflict do nothing`,
)

let count = 0

/** For tests: a stored callback, pending, its order beside it. */
export async function storedCallback(sql: Sql, overrides: Partial<NewCallback> = {}): Promise<NewCallback> {
  count += 1
  const callback: NewCallback = {
    merchantId: 'FINPAY770',
    callbackId: `cb-${String(count).padStart(6, '0')}`,
    orderId: `order-${count}`,
    eventSeq: 3,
    url: 'https://merchant.example/cb',
    headers: { 'content-type': 'application/json', 'channel-id': 'FINPAY', 'x-partner-id': 'FINPAY770' },
    body: Buffer.from('{"order":{"id":"order"},"signature":"00"}'),
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
    ...overrides,
  }
  await sql.query(insertOrder, [callback.merchantId, callback.orderId, callback.createdAt])
  await insert(sql, [callback])
  return callback
}
