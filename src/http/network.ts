import ipaddr from 'ipaddr.js'

/**
 * The network that an address is counted by: an IPv4 address by itself, IPv6 by its first 64 bits, because
 * a household or a rented server has all addresses of one such network to choose from. One address has
 * one name, however a proxy wrote it.
 */
export function networkOf(address: string | undefined): string {
  // Gone before it was looked at.
  if (!address) return 'none'
  if (!address.includes(':')) return address.slice(0, 45)
  const plain = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)(?::\d+)?$/i.exec(address)?.[1]
  if (plain) return plain
  const bare = address.replace(/^\[|\](?::\d+)?$/g, '').split('%', 1)[0] ?? ''
  if (!ipaddr.isValid(bare)) return address.slice(0, 45)
  const parsed = ipaddr.process(bare)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}
