import { invariant } from '../base/invariant.ts'

/*
 * The text in a QR code that a merchant shows, after EMVCo's QR Code Specification for Payment Systems,
 * merchant-presented mode: data objects of a two-digit id, a two-digit length and a value, some of them templates
 * of objects of their own, and a checksum at the end. Which objects there are is the business of a scheme such as QRIS.
 */

/** Data objects by id, in the order in which they stand. */
export type EmvObjects = ReadonlyMap<string, string>

/** The most characters that a code may hold (EMVCo, 3.1). */
const longest = 512

const versionId = '00'
const version = '01'
const checksumId = '63'
/** The merchant's name in its own script: the one place for what is not ASCII. */
const languageId = '64'
/** The checksum's own id and length, over which it is taken as well. */
const checksumHead = `${checksumId}04`

/** Data objects as one text; a value has at most 99 characters, and no more bytes than characters. */
export function writeObjects(objects: readonly (readonly [id: string, value: string])[]): string {
  return objects
    .map(([id, value]) => {
      invariant(/^\d\d$/.test(id), 'an id of a data object is two digits')
      invariant(isAscii.test(value) && value.length <= 99, `data object ${id} holds 1 to 99 characters of ASCII`)
      return id + value.length.toString().padStart(2, '0') + value
    })
    .join('')
}

/** A whole code of these data objects, with version and checksum around them. */
export function writeEmvCode(objects: readonly (readonly [id: string, value: string])[]): string {
  const text = writeObjects([[versionId, version], ...objects]) + checksumHead
  invariant(text.length + 4 <= longest, 'a code has at most 512 characters')
  return text + checksumOf(text)
}

/** The data objects of a whole code, or what is wrong with it. */
export function readEmvCode(text: string): EmvObjects | 'not_a_qr' | 'wrong_checksum' {
  // What is longer is not looked at, whatever it is.
  if (text.length > longest) return 'not_a_qr'
  const objects = readObjects(text)
  if (!objects) return 'not_a_qr'
  const ids = [...objects.keys()]
  const isWhole =
    ids[0] === versionId &&
    objects.get(versionId) === version &&
    ids.at(-1) === checksumId &&
    ids.every((id) => id === languageId || isAscii.test(objects.get(id) ?? ''))
  const checksum = objects.get(checksumId)
  if (!isWhole || checksum?.length !== 4) return 'not_a_qr'
  return checksumOf(text.slice(0, -4)) === checksum ? objects : 'wrong_checksum'
}

/**
 * Data objects one after the other, each id once, with nothing between or behind; undefined of anything else. A length
 * counts characters, which in template 64 may be of several bytes.
 */
export function readObjects(text: string): EmvObjects | undefined {
  const characters = Array.from(text)
  const objects = new Map<string, string>()
  for (let at = 0; at < characters.length; ) {
    const head = characters.slice(at, at + 4).join('')
    if (!/^\d{4}$/.test(head)) return undefined
    const id = head.slice(0, 2)
    const end = at + 4 + Number(head.slice(2))
    const value = characters.slice(at + 4, end).join('')
    if (end === at + 4 || end > characters.length || objects.has(id) || !isText.test(value)) return undefined
    objects.set(id, value)
    at = end
  }
  return objects
}

const isAscii = /^[ -~]+$/

/** No control characters, and no halves of surrogate pairs, which have no bytes. */
const isText = /^[^\p{Cc}\p{Cs}]*$/u

/** CRC-16 with the polynomial 1021 and the initial value FFFF, not reflected (ISO/IEC 13239), as four digits. */
export function checksumOf(text: string): string {
  let crc = 0xffff
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  return crc.toString(16).toUpperCase().padStart(4, '0')
}
