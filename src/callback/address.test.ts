import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localAddressesToo, publicAddressesOnly } from './address.ts'

/** Address, allowed in sandbox mode, allowed in live mode. */
const cases = [
  // public
  ['8.8.8.8', true, true],
  ['103.10.128.1', true, true],
  ['2606:4700:4700::1111', true, true],
  ['2404:6800:4003:c00::64', true, true],
  // this machine
  ['127.0.0.1', true, false],
  ['127.255.255.254', true, false],
  ['::1', true, false],
  // private networks
  ['10.0.0.1', true, false],
  ['172.16.0.1', true, false],
  ['172.31.255.255', true, false],
  ['172.32.0.1', true, true],
  ['192.168.1.1', true, false],
  ['100.64.0.1', true, false],
  ['198.18.0.1', true, false],
  ['fc00::1', true, false],
  ['fd12:3456::1', true, false],
  // reserved and documentation
  ['192.0.2.1', true, false],
  ['203.0.113.7', true, false],
  ['240.0.0.1', true, false],
  ['2001:db8::1', true, false],
  // link-local and metadata
  ['169.254.0.1', false, false],
  ['169.254.169.254', false, false],
  ['fe80::1', false, false],
  ['fe80::1%eth0', false, false],
  ['febf::1', false, false],
  ['fec0::1', false, false],
  ['168.63.129.16', false, false],
  ['192.0.0.192', false, false],
  ['100.100.100.200', false, false],
  ['fd00:ec2::254', false, false],
  ['fd00:0ec2:0::0254', false, false],
  ['fd20:ce::254', false, false],
  ['fd00:42::42', false, false],
  // unspecified, multicast, broadcast
  ['0.0.0.0', false, false],
  ['0.1.2.3', false, false],
  ['::', false, false],
  ['224.0.0.1', false, false],
  ['239.255.255.255', false, false],
  ['ff02::1', false, false],
  ['255.255.255.255', false, false],
  // IPv4-mapped
  ['::ffff:8.8.8.8', true, true],
  ['::ffff:127.0.0.1', true, false],
  ['::ffff:7f00:1', true, false],
  ['::ffff:10.0.0.1', true, false],
  ['::ffff:169.254.169.254', false, false],
  ['::ffff:0.0.0.0', false, false],
  ['::ffff:168.63.129.16', false, false],
  // translated, RFC 6145
  ['::ffff:0:8.8.8.8', true, true],
  ['::ffff:0:169.254.169.254', false, false],
  // IPv4-compatible
  ['::8.8.8.8', true, true],
  ['::127.0.0.1', true, false],
  ['::169.254.169.254', false, false],
  // NAT64
  ['64:ff9b::8.8.8.8', true, true],
  ['64:ff9b::10.0.0.1', true, false],
  ['64:ff9b::169.254.169.254', false, false],
  ['64:ff9b:1::8.8.8.8', false, false],
  // 6to4
  ['2002:808:808::1', true, true],
  ['2002:7f00:1::1', true, false],
  ['2002:a9fe:a9fe::1', false, false],
  // Teredo: server 8.8.8.8, client with its bits turned
  ['2001:0:808:808:0:0:f7f7:f7f7', true, true],
  ['2001:0:808:808:0:0:f5ff:fffe', true, false],
  ['2001:0:808:808:0:0:5601:5601', false, false],
  ['2001:0:a9fe:a9fe:0:0:f7f7:f7f7', false, false],
  // unassigned space
  ['4000::1', false, false],
  ['100::1', false, false],
  // not an address
  ['', false, false],
  ['localhost', false, false],
  ['1.2.3', false, false],
  ['8.8.8.8.', false, false],
] as const

for (const [address, inSandbox, inLive] of cases) {
  test(`${address || 'nothing'} is ${inSandbox ? 'allowed' : 'refused'} in sandbox, ${inLive ? 'allowed' : 'refused'} in live mode`, () => {
    assert.equal(localAddressesToo(address), inSandbox)
    assert.equal(publicAddressesOnly(address), inLive)
  })
}
