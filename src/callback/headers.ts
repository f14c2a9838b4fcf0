import { createHmac } from 'node:crypto'
import type { Secret } from '../base/secret.ts'
import { wibTimestamp } from '../wire/wib.ts'
import type { Callback } from './callback.ts'

/**
 * The headers of one attempt: the notification's own, and those that are made anew on each attempt
 * because a receiver compares them with its own watch (machine time, invariant 10). The merchant's
 * `keys` are those that are valid now; each gives a signature, so that a key can be changed without
 * losing a callback.
 */
export function headersOf(callback: Callback, keys: readonly Secret<string>[], now: Date): Record<string, string> {
  const timestamp = Math.floor(now.getTime() / 1000)
  return {
    ...callback.headers,
    'content-length': String(callback.body.length),
    'user-agent': 'Gerbang',
    'x-timestamp': wibTimestamp(now),
    'webhook-id': callback.callbackId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': keys
      .map((key) => `v1,${standardWebhookSignature(key, callback.callbackId, timestamp, callback.body)}`)
      .join(' '),
  }
}

/**
 * Base64 of HMAC-SHA256 over `id.timestamp.body` (standardwebhooks.com). The secret that a merchant gives
 * to a Standard Webhooks library is `whsec_` and the base64 of its merchant key, so the HMAC's key is
 * the merchant key's own bytes.
 */
function standardWebhookSignature(key: Secret<string>, id: string, timestamp: number, body: Buffer): string {
  return createHmac('sha256', key.reveal()).update(`${id}.${timestamp}.`).update(body).digest('base64')
}
