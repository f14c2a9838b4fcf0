import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Lie, openLiar } from './model/liar.ts'
import { prove, summary } from './model/proof.ts'
import { explore } from './model/explore.ts'
import { cancel, check, initiate } from './model/merchant.ts'
import { submitCard } from './model/payer.ts'
import { newWorld, type World } from './model/world.ts'

/** So that the long form, `npm run test:model`, does the rest. */
const sequences = 24
const withinMs = 5_000

test('whatever merchant and payer do at once, with the database cut off now and then, the model can explain', async (context) => {
  const began = performance.now()
  const proof = await prove({ sequences, withinMs })
  context.diagnostic(summary(proof, performance.now() - began))
  assert.equal(proof.failure, null, proof.failure ?? '')
  assert.ok(proof.tally.sequences > 2)
})

suite('the model finds a gateway out that', () => {
  const answered = (status: string, body: string) => ({ head: status, body })
  const lies: Readonly<Record<string, Lie>> = {
    'says that it has cancelled what it has not': {
      answer: ({ head }, { head: status, body }) =>
        head.includes('/cancel/') && status === '404'
          ? answered('200', '{"responseCode":"2000000"}')
          : { head: status, body },
    },
    'acknowledges an order before it is there': {
      answer: ({ head }, { head: status, body }) =>
        head.includes('/check/') && status === '200'
          ? answered('404', '{"responseCode":"4040001"}')
          : { head: status, body },
    },
    'gives a repeat another link': {
      answer: ({ head }, { head: status, body }) =>
        head.includes('/initiate') && status === '200'
          ? answered(
              status,
              body.replace(/[0-9a-f]{4}","expiryLink/, () => `${linkEnd()}","expiryLink`),
            )
          : undefined,
    },
    'calls an order expired that is open': {
      answer: ({ head }, { head: status, body }) =>
        head.includes('/check/') ? answered(status, body.replaceAll('REQUEST_INITIATED', 'EXPIRED')) : undefined,
    },
    'loses a callback': { callback: () => null },
    'sends other bytes than it signed': { callback: (body) => body.replace('"status":"', '"status": "') },
  }
  let links = 0x1000
  const linkEnd = () => (links += 1).toString(16)

  for (const [name, lie] of Object.entries(lies))
    test(name, async () => {
      const liar = await openLiar(lie)
      try {
        const { failure } = await prove({
          sequences: 40,
          seed: 3,
          groups: 8,
          asItIs: true,
          doors: ({ url }) => liar.doors(url),
        })
        assert.match(failure ?? '', /To repeat: npm run test:model -- --seed=3 --groups=8 --path=\d+/)
      } finally {
        await liar.close()
      }
    })
})

suite('of two requests at once', () => {
  const plan = { first: [], rest: '200' } as const
  const open: World[] = explore([newWorld()], [{ program: () => initiate(0), answer: '200 until 1200' }], {
    plan,
    hasFaults: false,
    isPossible: () => true,
  })
  const both = (cancelled: string, paid: string) =>
    explore(
      open,
      [
        { program: cancel, answer: cancelled },
        { program: () => submitCard(1, 'plain'), answer: paid },
      ],
      { plan, hasFaults: false, isPossible: () => true },
    )

  test('a cancellation and a payment, each may win, and never both', () => {
    assert.deepEqual([...new Set(both('200', '200 cancelled').map(({ order }) => order?.state))], ['cancelled'])
    assert.deepEqual([...new Set(both('404 4040100', '200 paid').map(({ order }) => order?.state))], ['captured'])
    assert.deepEqual(both('200', '200 paid'), [])
    assert.deepEqual(both('404 4040100', '200 cancelled'), [])
  })

  test('an `initiate` that the database did not answer may be there or not, and `check` says which', () => {
    const options = { plan, isPossible: () => true }
    const lost = explore([newWorld()], [{ program: () => initiate(0), answer: '503' }], { ...options, hasFaults: true })
    assert.deepEqual(new Set(lost.map(({ order }) => order?.state)), new Set([undefined, 'open']))
    const told = (answer: string) =>
      explore(lost, [{ program: check, answer }], { ...options, hasFaults: false }).map(({ order }) => order?.state)
    assert.deepEqual(told('404 4040001'), [undefined])
    assert.deepEqual(told('200 REQUEST_INITIATED 1000 0 -'), ['open'])
    assert.deepEqual(told('200 CAPTURED 1000 1000 0'), [])
  })
})
