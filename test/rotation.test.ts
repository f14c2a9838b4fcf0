import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Client } from 'pg'
import { findingsIn } from './audit.ts'
import { seedSample } from './gateway.ts'
import { look, openFolder, run, type ServingProcess, serve, until } from './process.ts'

/*
 * The key of cards is changed by the command, beside a gateway in a process of its own that takes payments, and
 * the command is killed in the middle of it.
 */

let folder: ReturnType<typeof openFolder>
let gateway: ServingProcess
let database: Client
let dataDir: string
let environment: Record<string, string>
before(async () => {
  folder = openFolder()
  dataDir = join(folder.path, 'data')
  environment = { GERBANG_DATA_DIR: dataDir, TMPDIR: folder.path }
  gateway = await serve(environment)
  database = await look(dataDir)
})
after(async () => {
  await database.end()
  await gateway.stop()
  folder.remove()
})

const customer = { id: 'C-1', mobilePhone: '+6281286288800' }
const pay = (body: object) =>
  gateway.client.call<{ data: { amount: number } }>('POST', '/pg/payment/card/payment', body)

let orders = 0
function anOrder(): { id: string; amount: string } {
  orders += 1
  return { id: `order-${orders}`, amount: '1000' }
}

/** A stored card of the customer's; answers its token. */
async function store(): Promise<string> {
  const card = { number: '4111111111111111', expiryDate: '3309', cvv: '100', nameOnCard: 'BUDI SANTOSO' }
  const owner = { id: `C-${orders}-${process.hrtime.bigint()}` }
  await pay({ customer: owner, order: anOrder(), card: { ...card, storedOnFile: 'TO_BE_STORED' } })
  const [stored] = await gateway.client.cards(owner.id)
  assert.ok(stored)
  owners.set(stored.token, owner.id)
  return stored.token
}

const owners = new Map<string, string>()

const charge = (token: string) =>
  pay({ customer: { id: owners.get(token) }, order: anOrder(), card: { token, storedOnFile: 'STORED' } })

interface Keys {
  readonly keys: readonly { version: number; retiredAt: string | null; cards: number }[]
}

async function keys(): Promise<Keys['keys']> {
  const { stdout, stderr, code } = await run(['keys', 'list', '--json'], { environment }).ended
  assert.equal(code, 0, stderr)
  return (JSON.parse(stdout) as Keys).keys
}

test('payments go on while the key is changed, with cards that were stored before, and none is lost', async () => {
  const tokens: string[] = []
  for (let index = 0; index < 30; index += 1) tokens.push(await store())
  const rotation = run(['keys', 'rotate', '--json'], { environment })
  const rotated = rotation.ended
  let charged = 0
  while (rotation.child.exitCode === null) {
    const amounts = await Promise.all(tokens.slice(0, 10).map(charge))
    charged += amounts.length
    tokens.push(await store())
    // A payer at the bank, whose card waits in the vault to be stored.
    const id = `challenged-${charged}`
    await gateway.client.call('POST', '/pg/payment/card/initiate', {
      ...seedSample(id, { customer }),
      card: { storedOnFile: 'TO_BE_STORED' },
    })
    await gateway.client.pay(id, { authentication: 'abandon' })
  }
  const { code, stdout, stderr } = await rotated
  assert.equal(code, 0, stderr)
  assert.equal((JSON.parse(stdout) as { version: number }).version, 3)
  assert.ok(charged >= 30, `${charged} payments were made meanwhile`)
  const [old, newest] = await keys()
  assert.equal(old?.cards, 0)
  assert.notEqual(old?.retiredAt, null)
  assert.ok(newest && newest.cards >= tokens.length)
  await Promise.all(tokens.map(charge))
  assert.deepEqual(await findingsIn(dataDir), [])
})

test('a rotation that is killed harms nothing, and the next one finishes it', async () => {
  const tokens: string[] = []
  for (let index = 0; index < 10; index += 1) tokens.push(await store())
  const rotation = run(['keys', 'rotate'], { environment })
  // It has made its version and waits for every process to learn it, or is at its first cards.
  await until('a new version', async () => {
    const { rowCount } = await database.query('select from data_key where version = 4')
    return rowCount === 1
  })
  rotation.child.kill('SIGKILL')
  await rotation.ended
  await Promise.all(tokens.map(charge))
  assert.deepEqual(await findingsIn(dataDir), [])
  assert.deepEqual(
    (await keys()).map(({ version, retiredAt }) => [version, retiredAt === null]),
    [
      [2, false],
      [3, true],
      [4, true],
    ],
  )
  const { code, stdout, stderr } = await run(['keys', 'rotate'], { environment }).ended
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^version 4 seals\n/)
  assert.deepEqual(
    (await keys()).map(({ version, retiredAt, cards }) => [version, retiredAt === null, cards > 0]),
    [
      [2, false, false],
      [3, false, false],
      [4, true, true],
    ],
  )
  await Promise.all(tokens.map(charge))
  assert.deepEqual(await findingsIn(dataDir), [])
})

test('the command line lists a customer’s cards and deletes one', async () => {
  const token = await store()
  const owner = owners.get(token) ?? ''
  const environment = { GERBANG_URL: gateway.url }
  const listed = await run(['cards', 'list', '--customer', owner], { environment }).ended
  assert.equal(listed.stdout, `${token}  411111xxxxxx1111  3309  VISA\n`)
  assert.equal((await run(['cards', 'list'], { environment }).ended).code, 2)
  const deleted = await run(['cards', 'delete', token], { environment }).ended
  assert.equal(deleted.stdout, `deleted ${token.slice(0, 8)}…\n`)
  const again = await run(['cards', 'delete', token], { environment }).ended
  assert.equal(again.code, 1)
  assert.match(again.stderr, /4040001/)
  assert.equal(
    (await run(['cards', 'list', '--customer', owner], { environment }).ended).stdout,
    'no cards are stored\n',
  )
})
