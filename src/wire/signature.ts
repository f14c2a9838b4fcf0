import { createHmac, timingSafeEqual } from 'node:crypto'
import { invariant } from '../base/invariant.ts'
import type { Secret } from '../base/secret.ts'

/**
 * The signature that a notification carries in its body: 128 lower-case hex digits of HMAC-SHA512 over
 * the text without the member `signature`, under the merchant key (finpay-api.md 6.4). It is always the
 * last member, so that cutting it off gives the signed bytes, whichever way a merchant rebuilds them.
 */
const signatureMember = /^(.+),"signature":"([0-9a-f]{128})"\}$/s

/** The signature over a body's text, which holds no signature yet. */
export function signatureOf(unsignedBody: string, key: Secret<string>): string {
  return createHmac('sha512', key.reveal()).update(unsignedBody).digest('hex')
}

/** The body with its signature appended as the last member: the bytes to store and to send. */
export function signedBody(unsignedBody: string, key: Secret<string>): string {
  invariant(/^\{.+\}$/s.test(unsignedBody), 'what is signed is a JSON object with members')
  return `${unsignedBody.slice(0, -1)},"signature":"${signatureOf(unsignedBody, key)}"}`
}

/** True if the body ends in the signature of all that comes before it. */
export function verifies(body: string, key: Secret<string>): boolean {
  const [, members, signature] = signatureMember.exec(body) ?? []
  if (members === undefined || signature === undefined) return false
  return timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(`${members}}`, key)))
}

/** A signed body without its signature: the text that was signed. */
export function unsignedBody(body: string): string {
  const [, members] = signatureMember.exec(body) ?? []
  invariant(members !== undefined, 'a signed body ends in its signature')
  return `${members}}`
}
