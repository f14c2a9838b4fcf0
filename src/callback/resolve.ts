import { Resolver, lookup } from 'node:dns/promises'

export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

/** The port to name look-up: all addresses of a host. It rejects where there are none. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>

/**
 * The machine's own look-up with its hosts file and search domains, which compose files and CI need.
 * It runs on the few threads of libuv, so that one merchant's slow name server can delay another's.
 */
export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
  }))

/** DNS alone, without threads: any number of dead name servers delay nobody else. For live mode. */
export function dnsResolve(resolver = new Resolver({ timeout: 3_000, tries: 2 })): Resolve {
  return async (host) => {
    const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    const addresses = [...of(four, 4), ...of(six, 6)]
    if (addresses.length === 0) throw four.status === 'rejected' ? four.reason : new Error('The host has no address.')
    return addresses
  }
}

function of(answer: PromiseSettledResult<string[]>, family: 4 | 6): ResolvedAddress[] {
  return answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : []
}
