import ipaddr from 'ipaddr.js'

/** True for a host name or address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  // What nearly every request of a sandbox names; taking an address apart costs as much as finding the route.
  if (name === '127.0.0.1' || name === 'localhost' || name.endsWith('.localhost')) return true
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback'
}
