import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { chanceOf } from '../../test/chance.ts'
import { type TestDatabase, testDatabase } from '../../test/postgres.ts'
import { Secret } from '../base/secret.ts'
import { AttemptBlocked } from './attempt-blocked.ts'
import { type Beginning, CardLimits } from './card-limits.ts'
import { type Rule, rules } from './rule.ts'

let own: TestDatabase
before(async () => {
  own = await testDatabase()
})
after(() => own.drop())

const key = new Secret(Buffer.alloc(32, 7))
const start = Date.parse('2026-11-26T10:00:00Z')
const ruleOf = (name: string, changes: Partial<Rule> = {}): Rule => {
  const found = rules.find((rule) => rule.name === name)
  assert.ok(found)
  return { ...found, ...changes }
}

/** A process with its own time, and attempts of one merchant. */
class Process {
  readonly limits: CardLimits
  readonly merchantId: string
  at = start
  #attempts = 0

  constructor(merchantId: string, counted: readonly Rule[]) {
    this.merchantId = merchantId
    this.limits = new CardLimits(counted, key, { machine: () => new Date(this.at) })
  }

  attempt(card: string, more: Partial<Beginning> = {}): Beginning {
    this.#attempts += 1
    return {
      merchantId: this.merchantId,
      orderId: `order-${this.#attempts}`,
      attemptNo: 1,
      mask: '512345xxxxxx0008',
      fingerprint: createHash('sha256').update(`${this.merchantId} ${card}`).digest(),
      network: undefined,
      device: undefined,
      ...more,
    }
  }

  /** Begins an attempt as a change does; answers it, or what stopped it. */
  async begin(card: string, more: Partial<Beginning> = {}): Promise<Beginning | AttemptBlocked> {
    const beginning = this.attempt(card, more)
    try {
      await own.database.transaction((sql) => this.limits.begin(sql, beginning))
      return beginning
    } catch (error) {
      assert.ok(error instanceof AttemptBlocked, String(error))
      return error
    }
  }

  async end(begun: Beginning | AttemptBlocked, outcome: 'declined' | 'ended'): Promise<void> {
    assert.ok(!(begun instanceof AttemptBlocked), 'it was begun')
    const { merchantId, orderId, attemptNo } = begun
    await own.database.transaction((sql) => this.limits.end(sql, [{ merchantId, orderId, attemptNo, outcome }]))
  }
}

const isBlocked = (found: Beginning | AttemptBlocked) => found instanceof AttemptBlocked
const rowsOf = (merchantId: string) =>
  own.database.query<Record<string, unknown>>(
    { name: 'card_use_test.rows', text: 'select * from card_use where merchant_id = $1' },
    [merchantId],
  )

suite('declines by card', () => {
  test('stop that card when there are too many, and say when the oldest is forgotten', async () => {
    const shop = new Process('DECLINES', [ruleOf('card', { atMost: 2, withinSeconds: 600 })])
    await shop.end(await shop.begin('one'), 'declined')
    shop.at += 100_000
    await shop.end(await shop.begin('one'), 'declined')
    const stopped = await shop.begin('one')
    assert.ok(stopped instanceof AttemptBlocked)
    assert.deepEqual([stopped.rule, stopped.by, stopped.code], ['card', 'card', '4290000'])
    assert.equal(stopped.retryAfterSeconds, 500)
    await assert.rejects(shop.limits.look(own.database, shop.attempt('one')), AttemptBlocked)
    assert.ok(!isBlocked(await shop.begin('two')), 'another card')
    shop.at += 500_000
    await shop.limits.look(own.database, shop.attempt('one'))
    assert.ok(!isBlocked(await shop.begin('one')), 'one that is forgotten makes room for one')
    assert.ok(isBlocked(await shop.begin('one')))
  })

  test('do not count what was paid or given up, nor what was stopped', async () => {
    const shop = new Process('PAID', [ruleOf('card', { atMost: 1 })])
    for (let n = 0; n < 4; n += 1) await shop.end(await shop.begin('one'), 'ended')
    const open = await shop.begin('one')
    const stopped = await shop.begin('one')
    assert.ok(stopped instanceof AttemptBlocked)
    assert.equal(stopped.retryAfterSeconds, 30, 'what is under way is known soon')
    await shop.end(open, 'ended')
    assert.ok(!isBlocked(await shop.begin('one')))
  })

  test('are each merchant’s own (invariant 9)', async () => {
    const counted = [ruleOf('card', { atMost: 1 }), ruleOf('network', { atMost: 1 }), ruleOf('bin', { atMost: 1 })]
    const [one, other] = [new Process('ONE', counted), new Process('OTHER', counted)]
    await one.end(await one.begin('card', { network: '203.0.113.9' }), 'declined')
    assert.ok(isBlocked(await one.begin('another', { network: '203.0.113.9' })))
    assert.ok(!isBlocked(await other.begin('card', { network: '203.0.113.9' })))
    const [[a], [b]] = [await rowsOf('ONE'), await rowsOf('OTHER')]
    assert.notDeepEqual(a?.['network'], b?.['network'], 'the same network reads otherwise')
  })
})

test('declines by BIN count what is known, not what honest payers have under way', async () => {
  const shop = new Process('BIN', [ruleOf('bin', { atMost: 2 })])
  const begun = await Promise.all(Array.from({ length: 6 }, (_, n) => shop.begin(`card ${n}`)))
  assert.ok(!begun.some(isBlocked))
  await shop.end(begun[0] ?? assert.fail(), 'declined')
  assert.ok(!isBlocked(await shop.begin('more')))
  await shop.end(begun[1] ?? assert.fail(), 'declined')
  assert.ok(isBlocked(await shop.begin('one too many')))
  assert.ok(!isBlocked(await shop.begin('elsewhere', { mask: '400000xxxxxx0002' })))
})

suite('different cards', () => {
  test('from one network are counted once each, and a known one goes on', async () => {
    const shop = new Process('CARDS', [ruleOf('network', { atMost: 2 })])
    const from = { network: '203.0.113.9' }
    for (const card of ['a', 'b', 'a', 'b', 'a']) assert.ok(!isBlocked(await shop.begin(card, from)), card)
    assert.ok(isBlocked(await shop.begin('c', from)))
    assert.ok(!isBlocked(await shop.begin('a', from)), 'the payer’s own card')
    assert.ok(!isBlocked(await shop.begin('c', { network: '203.0.113.10' })))
    assert.ok(!isBlocked(await shop.begin('c')), 'a merchant’s server has no network')
  })

  test('with one device are counted likewise', async () => {
    const shop = new Process('DEVICE', [ruleOf('device', { atMost: 1 })])
    assert.ok(!isBlocked(await shop.begin('a', { device: 'd' })))
    const stopped = await shop.begin('b', { device: 'd' })
    assert.ok(stopped instanceof AttemptBlocked)
    assert.equal(stopped.by, 'device')
    assert.ok(!isBlocked(await shop.begin('b', { device: 'e' })))
  })
})

suite('many at once', () => {
  for (const [name, more] of [
    ['card', {}],
    ['network', { network: '203.0.113.9' }],
    ['device', { device: 'd' }],
    ['burst', { network: '203.0.113.9' }],
  ] as const)
    test(`no more than the limit begin of 20, in two processes: ${name}`, async () => {
      const counted = [ruleOf(name, { atMost: 3 })]
      const merchantId = `RACE-${name}`
      const processes = [new Process(merchantId, counted), new Process(merchantId, counted)] as const
      const begun = await Promise.all(
        Array.from({ length: 20 }, (_, n) => {
          const card = name === 'card' ? 'one' : `card ${n}`
          return processes[n % 2 === 0 ? 0 : 1].begin(card, { ...more, orderId: `order ${n}` })
        }),
      )
      assert.equal(begun.filter((each) => !isBlocked(each)).length, 3)
      assert.equal((await rowsOf(merchantId)).length, 3, 'what was stopped left nothing')
    })

  for (const seed of [1, 2, 3])
    test(`whatever comes in whatever order, no window holds more than its rule allows: seed ${seed}`, async () => {
      const chance = chanceOf(seed)
      const counted = rules.map((rule) => ({ ...rule, atMost: 2 + chance.below(4), withinSeconds: 60 }))
      // Rows are kept for the longest window; with this one, all of them.
      const keeping = ruleOf('burst', { atMost: 100_000, withinSeconds: 86_400 })
      const shop = new Process(`PROPERTY-${seed}`, [...counted, keeping])
      for (let round = 0; round < 12; round += 1) {
        shop.at += chance.below(30_000)
        const draws = Array.from({ length: 8 }, () => ({
          card: `card ${chance.below(6)}`,
          from: {
            network: chance.of([undefined, 'n1', 'n2']),
            device: chance.of([undefined, 'd1', 'd2']),
          },
          outcome: chance.of(['declined', 'ended', null] as const),
        }))
        await Promise.all(
          draws.map(async ({ card, from, outcome }) => {
            const begun = await shop.begin(card, from)
            if (outcome && !isBlocked(begun)) await shop.end(begun, outcome)
          }),
        )
      }
      const rows = await rowsOf(shop.merchantId)
      assert.ok(rows.length > 5)
      for (const { isExact, by, counts, atMost, withinSeconds, name } of counted) {
        if (!isExact) continue
        for (const { used_at: end, [by]: value } of rows) {
          if (!(value instanceof Buffer) || !(end instanceof Date)) continue
          const inWindow = rows.filter(
            (row) =>
              row['used_at'] instanceof Date &&
              row['used_at'] <= end &&
              row['used_at'].getTime() > end.getTime() - withinSeconds * 1_000 &&
              value.equals((row[by] as Buffer | null) ?? Buffer.alloc(0)),
          )
          const counted = {
            attempts: inWindow.length,
            declines: inWindow.filter(({ outcome }) => outcome === 'declined').length,
            cards: new Set(inWindow.map(({ card }) => (card as Buffer).toString('hex'))).size,
          }[counts]
          assert.ok(counted <= atMost, `${name}: ${counted} of ${atMost}`)
        }
      }
    })
})

suite('what is kept', () => {
  test('is no address, no device and no card number, and goes when no rule counts it', async () => {
    const shop = new Process('KEPT', [ruleOf('network', { withinSeconds: 60 })])
    // Older than what other tests left, so that it goes first.
    shop.at -= 86_400_000
    await shop.begin('a', { network: '203.0.113.77', device: 'fingerprint-of-a-phone' })
    const [row] = await rowsOf('KEPT')
    for (const [column, value] of Object.entries(row ?? {}))
      assert.doesNotMatch(value instanceof Buffer ? value.toString('latin1') : String(value), /203\.0|phone/, column)
    assert.ok(row?.['network'] instanceof Buffer)
    assert.notDeepEqual(row['network'], createHash('sha256').update('203.0.113.77').digest(), 'that anybody can make')
    shop.at += 61_000
    await shop.begin('b')
    assert.equal((await rowsOf('KEPT')).length, 1)
  })
})
