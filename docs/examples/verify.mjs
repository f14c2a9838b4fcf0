import { createHmac, timingSafeEqual } from 'node:crypto'

/** True when the body, as it was received, ends in the signature of all that comes before it. */
export function isGenuine(body, merchantKey) {
  const [, members, signature] = /^(.+),"signature":"([0-9a-f]{128})"\}$/s.exec(body) ?? []
  if (members === undefined) return false
  const expected = createHmac('sha512', merchantKey).update(`${members}}`).digest('hex')
  return timingSafeEqual(Buffer.from(signature), Buffer.from(expected))
}
