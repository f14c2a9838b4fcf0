import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { networkOf } from './network.ts'

suite('the network of an address', () => {
  const rows: readonly (readonly [address: string | undefined, network: string])[] = [
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:0000::1', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    [undefined, 'none'],
    ['', 'none'],
    ['unknown', 'unknown'],
    [`${'x'.repeat(500)}:`, 'x'.repeat(45)],
  ]
  for (const [address, network] of rows)
    test(`${address?.slice(0, 50)} counts as ${network}`, () => {
      assert.equal(networkOf(address), network)
    })
})
