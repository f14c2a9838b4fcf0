import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { PlanWithLog } from '../src/client.ts'
import { seedSample } from './gateway.ts'
import { openFolder, run, type ServingProcess, serve } from './process.ts'

let folder: ReturnType<typeof openFolder>
let gateway: ServingProcess
before(async () => {
  folder = openFolder()
  gateway = await serve({ GERBANG_DATA_DIR: join(folder.path, 'data'), TMPDIR: folder.path })
})
after(async () => {
  await gateway.stop()
  folder.remove()
})

async function gerbang(...words: string[]) {
  const environment = { GERBANG_URL: gateway.url, TMPDIR: folder.path }
  const { code, stdout, stderr } = await run(words, { environment }).ended
  return { code, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> }
}

async function begin(id: string, changes: object = {}, customerId = 'budi'): Promise<void> {
  const customer = { id: customerId, mobilePhone: '+6281286288800' }
  const recurring = { type: 'PURCHASE', id, amount: '25000', intervalUnit: 'monthly', ...changes }
  await gateway.client.call('POST', '/pg/payment/card/initiate', seedSample(`first-${id}`, { customer, recurring }))
  assert.equal((await gateway.client.pay(`first-${id}`)).status, 'CAPTURED')
}

/** The fields of a line, which are told apart by two blanks. */
const fieldsOf = (line: string) => line.trimEnd().split('  ')

suite('gerbang plans', () => {
  test('says that there are none', async () => {
    assert.deepEqual(
      { ...(await gerbang('plans', 'list')), json: null },
      { code: 0, stdout: 'there are no plans\n', stderr: '', json: null },
    )
    assert.deepEqual((await gerbang('plans', 'list', '--json')).json(), { plans: [] })
  })

  test('lists them by id, by state and by customer', async () => {
    await begin('b-koran', { interval: '2', intervalUnit: 'weekly' }, 'sari')
    await begin('a-kopi', { maxInterval: '12' })
    const { code, stdout, stderr } = await gerbang('plans', 'list')
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    const [kopi = '', koran = '', ...others] = stdout.trimEnd().split('\n')
    assert.deepEqual(others, [])
    assert.deepEqual(fieldsOf(kopi).slice(0, 5), ['a-kopi', 'active', '25000', 'monthly', 'charged 0/12'])
    assert.match(kopi, / {2}next \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    assert.deepEqual(fieldsOf(koran).slice(0, 5), ['b-koran', 'active', '25000', 'every 2 weeks', 'charged 0'])
    const idsOf = async (...words: string[]) =>
      ((await gerbang('plans', 'list', '--json', ...words)).json() as { plans: { id: string }[] }).plans.map(
        ({ id }) => id,
      )
    assert.deepEqual(await idsOf('--customer', 'sari'), ['b-koran'])
    assert.deepEqual(await idsOf('--state', 'active'), ['a-kopi', 'b-koran'])
    assert.deepEqual(await idsOf('--state', 'paused'), [])
  })

  test('pauses, resumes and cancels; a repeat changes nothing', async () => {
    for (const [wish, state] of [
      ['pause', 'paused'],
      ['pause', 'paused'],
      ['resume', 'active'],
      ['resume', 'active'],
      ['cancel', 'cancelled'],
      ['cancel', 'cancelled'],
    ] as const) {
      const { code, stdout, stderr } = await gerbang('plans', wish, 'a-kopi')
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, wish)
      assert.match(stdout, new RegExp(`^a-kopi  ${state}  25000  monthly  charged 0/12(  next [^\\n]*)?\\n$`))
      assert.equal(stdout.includes('next'), state === 'active', stdout)
    }
    const plan = (await gerbang('plans', 'show', 'a-kopi', '--json')).json() as unknown as PlanWithLog
    assert.deepEqual(
      plan.events.map(({ type }) => type),
      ['plan.started', 'plan.paused', 'plan.resumed', 'plan.cancelled'],
    )
    const shown = (await gerbang('plans', 'show', 'a-kopi')).stdout.trimEnd().split('\n')
    assert.equal(shown.length, 5)
    assert.match(shown[4] ?? '', / {2}plan\.cancelled +\{\}$/)
  })

  test('a plan whose state allows it no more is exit code 1, in the contract’s words, and stays as it is', async () => {
    for (const wish of ['pause', 'resume']) {
      const { code, stdout, stderr } = await gerbang('plans', wish, 'a-kopi')
      assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
      assert.match(stderr, /^gerbang: 4040100 [^\n]* \(trace [0-9a-f-]{36}\)\n$/)
    }
    assert.equal((await gateway.client.plan('a-kopi')).state, 'cancelled')
  })

  test('a plan that is not there is exit code 1, whatever its name looks like', async () => {
    for (const name of ['nothing-like-it', 'first-a-kopi', '../orders', 'a-kopi/pause', '№'])
      for (const wish of ['show', 'pause', 'resume', 'cancel']) {
        const { code, stdout, stderr } = await gerbang('plans', wish, name)
        assert.deepEqual({ code, stdout }, { code: 1, stdout: '' }, `${wish} ${name}`)
        assert.match(stderr, /^gerbang: 4040001 Transaction Not Found \(trace [0-9a-f-]{36}\)\n$/)
      }
  })

  test('a state that there is not is told by the gateway', async () => {
    const { code, stdout, stderr } = await gerbang('plans', 'list', '--state', 'asleep')
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
    assert.match(stderr, /^gerbang: 4000001 [^\n]*state/)
  })

  test('reads page after page', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => `many-${String(index).padStart(3, '0')}`)
    await Promise.all(ids.map((id) => begin(id, {}, 'many')))
    const { stdout } = await gerbang('plans', 'list', '--customer', 'many')
    assert.deepEqual(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => fieldsOf(line)[0]),
      ids,
    )
  })

  test('wrong usage is told with how to use it, exit code 2, and nothing is asked of the gateway', async () => {
    const rows = [
      ['plans', /`plans` needs one of/],
      ['plans revive b-koran', /`plans` needs one of/],
      ['plans list all', /What is `all`\?/],
      ['plans list --state', /--state/],
      ['plans list --limit 5', /--limit/],
      ['plans show', /Something is missing/],
      ['plans pause', /Something is missing/],
      ['plans resume', /Something is missing/],
      ['plans cancel', /Something is missing/],
      ['plans cancel b-koran a-kopi', /What is `a-kopi`\?/],
      ['plans cancel b-koran --yes', /--yes/],
    ] as const
    for (const [words, about] of rows) {
      const { code, stdout, stderr } = await gerbang(...words.split(' '))
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, words)
      assert.match(stderr, about, words)
      assert.match(stderr, /gerbang plans /, words)
    }
    assert.equal((await gateway.client.plan('b-koran')).state, 'active')
  })
})
