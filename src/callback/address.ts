import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Whether callbacks may go to an IP address. It is asked about the address that is connected to. */
export type AddressPolicy = (address: string) => boolean

/**
 * Addresses where clouds answer secrets to whoever asks from inside. 169.254.0.0/16 and fe80::/10 are
 * refused as link-local; these lie in ranges that are otherwise allowed.
 */
const metadataServices = [
  '168.63.129.16', // Azure's wire server, a public address
  '192.0.0.192', // Oracle Cloud
  '100.100.100.200', // Alibaba Cloud
  'fd00:ec2::254', // AWS
  'fd20:ce::254', // Google Cloud
  'fd00:42::42', // Scaleway
].map((address) => ipaddr.parse(address).toNormalizedString())

/** What the sandbox allows beside public addresses: merchants under development on this machine or in its network. */
const localRanges: ReadonlySet<string> = new Set([
  'loopback',
  'private',
  'uniqueLocal',
  'carrierGradeNat', // overlay networks
  'reserved', // 198.18.0.0/15, which container runtimes use
])

/** Live mode: public unicast addresses only. */
export const publicAddressesOnly: AddressPolicy = (address) => everyInner(address, isPublic)

/** Sandbox mode: also this machine and private networks; never link-local, metadata, multicast, unspecified or broadcast. */
export const localAddressesToo: AddressPolicy = (address) =>
  everyInner(address, (inner) => isPublic(inner) || localRanges.has(inner.range()))

/**
 * Ports of other protocols, where a POST could be taken for something else: a line of SMTP, a job for a
 * printer. They are those that browsers refuse (Fetch, "bad port"); an order's `callbackUrl` is no better
 * trusted than a link on a page.
 */
const otherProtocols: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
])

/** Whether callbacks may go to a port, in either mode. The text is that of a parsed URL: empty for the scheme's own. */
export function mayUsePort(port: string): boolean {
  return port === '' || !otherProtocols.has(Number(port))
}

type Address = ipaddr.IPv4 | ipaddr.IPv6

function everyInner(text: string, isAllowed: (address: Address) => boolean): boolean {
  // What does not read as an address cannot be judged, so it is refused.
  if (isIP(text) === 0) return false
  const address = ipaddr.parse(text)
  const carried = address instanceof ipaddr.IPv6 ? embedded(address) : undefined
  return (carried ?? [address]).every(
    (inner) => !metadataServices.includes(inner.toNormalizedString()) && isAllowed(inner),
  )
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false
  // Global unicast is 2000::/3 so far (RFC 4291); the rest of the space is unassigned.
  return address instanceof ipaddr.IPv4 || ((address.parts[0] ?? 0) & 0xe000) === 0x2000
}

/**
 * The IPv4 addresses that an IPv6 address carries, if it is of a kind that carries some: a packet to it
 * may come out at those, so they are what is judged.
 */
function embedded(address: ipaddr.IPv6): readonly ipaddr.IPv4[] | undefined {
  const { parts } = address
  const last = () => fromParts(parts[6], parts[7])
  const range = address.range()
  if (range === 'ipv4Mapped' || range === 'rfc6145') return [last()]
  // 64:ff9b::/96 has its IPv4 address at the end (RFC 6052). In 64:ff9b:1::/48 the place is a local matter
  // (RFC 8215), so that it cannot be judged and is left to be refused as what it is.
  if (range === 'rfc6052') return parts[2] === 0 ? [last()] : undefined
  if (range === '6to4') return [fromParts(parts[1], parts[2])]
  // The server, and the client behind it with each bit turned (RFC 4380).
  if (range === 'teredo') return [fromParts(parts[2], parts[3]), fromParts(~(parts[6] ?? 0), ~(parts[7] ?? 0))]
  if (range === 'unspecified' || range === 'loopback') return undefined
  // IPv4-compatible, ::a.b.c.d (RFC 4291 2.5.5.1, deprecated).
  return parts.slice(0, 6).every((part) => part === 0) ? [last()] : undefined
}

function fromParts(high = 0, low = 0): ipaddr.IPv4 {
  return new ipaddr.IPv4([(high >> 8) & 0xff, high & 0xff, (low >> 8) & 0xff, low & 0xff])
}
