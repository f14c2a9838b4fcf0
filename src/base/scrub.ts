/*
 * The last layer against secrets in a log, after types that do not print and doors that log nothing they
 * were sent (house style 4.11). What is caught here is a mistake elsewhere.
 */

/** A payer's link holds its token as 64 hexadecimal digits; a key of ours is written so too. */
const tokens = /[0-9a-f]{64}/gi
const credentials = /\b(basic|bearer)\s+[a-z0-9+/=_-]{8,}/gi
/** `scheme://user:password@`, whatever the scheme. */
const userinfo = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@"]+@/gi
/** As long as a card number, however it is grouped. */
const numbers = /(?<!\d)\d(?:[ .-]?\d){12,18}(?!\d)/g

/** A log line without page tokens, credentials and passwords in URLs. */
export function scrub(line: string): string {
  return line.replace(tokens, '[redacted]').replace(credentials, '$1 [redacted]').replace(userinfo, '$1[redacted]@')
}

/** As `scrub`, for text of unknown origin such as an error's message: numbers as long as a card's go as well. */
export function scrubText(text: string): string {
  return scrub(text).replace(numbers, '[redacted]')
}
