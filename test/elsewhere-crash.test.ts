import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { join } from 'node:path'
import { findingsIn } from './audit.ts'
import { seedSample } from './gateway.ts'
import { look, openFolder, processesNaming, serverProcesses, type ServingProcess, serve, until } from './process.ts'
import { killAt, type Standstill } from './standstill.ts'

/*
 * A payment that is made elsewhere takes four steps: the provider reminds itself, holds the money, tells us, and
 * what is not wanted goes back. Gateway and database are killed between each two of them; after a restart the money is
 * told, kept once or given back, and nothing is held that nobody knows of (invariants 1, 2 and 4).
 */

let folder: ReturnType<typeof openFolder>
let settings: Readonly<Record<string, string>>
let dataDir = ''
beforeEach(() => {
  folder = openFolder()
  dataDir = join(folder.path, 'data')
  settings = { GERBANG_DATA_DIR: dataDir, TMPDIR: folder.path, GERBANG_PORT: '0' }
})
afterEach(async () => {
  await until('nothing to be left', () => processesNaming(folder.path).length === 0)
  folder.remove()
})

const typesOf = async ({ client }: ServingProcess, id: string) => (await client.events(id)).map(({ type }) => type)

async function count(what: string): Promise<number | null> {
  const database = await look(dataDir)
  const { rowCount } = await database.query(what)
  await database.end()
  return rowCount
}

const heldMoney = `select from simulated_authorization where state = 'approved'`
const reminder = `select from timer where kind = 'notify'`
const pay = ({ client }: ServingProcess) => client.pay('money', { outcome: 'late' })
const cancel = ({ client }: ServingProcess) => client.call('GET', '/pg/payment/card/cancel/money')

interface Step {
  readonly name: string
  readonly at: Standstill
  /** What happens before, and what it happens to. */
  readonly before?: (gateway: ServingProcess) => Promise<unknown>
  readonly begin: (gateway: ServingProcess) => Promise<unknown>
  /** The last event that is there after the restart. */
  readonly last: string
  /** What becomes of the order, and how much the provider holds, once time has passed. */
  readonly end: string
  readonly held: number
  /** The database is killed there as well. */
  readonly isServers?: boolean
}

const steps: readonly Step[] = [
  {
    name: 'after its provider has reminded itself, before it has the money',
    at: { table: 'simulated_authorization', row: null, atTable: () => count(reminder) },
    begin: pay,
    last: 'order.initiated',
    end: 'order.initiated',
    held: 0,
  },
  {
    name: 'after its provider has the money, before we were told',
    at: { table: 'receipt', row: null, atTable: () => count(heldMoney) },
    begin: pay,
    last: 'order.initiated',
    end: 'order.paid',
    held: 1,
    isServers: true,
  },
  {
    name: 'after it was kept, before its provider has heard so',
    at: { table: 'receipt', row: `${reminder} for update`, done: [`select from receipt where state = 'kept'`] },
    begin: pay,
    last: 'order.paid',
    end: 'order.paid',
    held: 1,
  },
  {
    name: 'after it was found unwanted, before it has gone back',
    at: {
      table: 'receipt',
      row: `${heldMoney} for update`,
      done: [`select from receipt where state = 'returning'`, `select from pg_locks where not granted`],
    },
    before: cancel,
    begin: pay,
    last: 'receipt.unwanted',
    end: 'receipt.returned',
    held: 0,
  },
  {
    name: 'after it has gone back, before we have written so',
    at: {
      table: 'simulated_authorization',
      row: `select from receipt where state = 'returning' for update`,
      done: [`select from simulated_authorization where state = 'reversed'`, `select from pg_locks where not granted`],
    },
    before: async (gateway) => {
      await cancel(gateway)
      await gateway.client.fault('money', 'reversal', 'lost_before')
      await pay(gateway)
      // The first try is over, and the next one comes in a minute.
      await until('it to be tried', () => count(`select from timer where kind = 'return' and due_at > now()`))
    },
    begin: ({ client }) => client.clock.advance('PT2M'),
    last: 'receipt.unwanted',
    end: 'receipt.returned',
    held: 0,
    isServers: true,
  },
]

/** The server goes, and the gateway that it served stays. */
function withoutServer(gateway: ServingProcess): ServingProcess {
  const kill = async () => {
    for (const pid of serverProcesses(dataDir)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // A backend that has ended meanwhile.
      }
    }
    gateway.child.kill('SIGCONT')
    return Promise.resolve()
  }
  return { ...gateway, kill }
}

suite('a payment that is made elsewhere, of which the', () => {
  for (const victim of ['gateway', 'database'] as const)
    for (const { name, at, before, begin, last, end, held } of steps.filter(
      (step) => victim === 'gateway' || step.isServers,
    ))
      test(`${victim} is killed ${name}, is lost by nobody`, async () => {
        let gateway = await serve(settings)
        await gateway.client.call(
          'POST',
          '/pg/payment/card/initiate',
          seedSample('money', { sourceOfFunds: { type: 'vabca' } }),
        )
        await before?.(gateway)
        await killAt(victim === 'gateway' ? gateway : withoutServer(gateway), dataDir, at, () => begin(gateway))
        if (victim === 'gateway') gateway = await serve(settings)
        else
          await until(
            'the gateway to be ready',
            async () => (await fetch(`${gateway.url}/readyz`).catch(() => undefined))?.ok === true,
          )
        if (victim === 'gateway') assert.equal((await typesOf(gateway, 'money')).at(-1), last)
        // Where the server went in the middle of a timer, the timer's lease is over in machine time first.
        await until(
          'the end',
          async () => {
            await gateway.client.clock.advance('PT5M')
            return (await typesOf(gateway, 'money')).at(-1) === end
          },
          120_000,
        )
        assert.equal(await count(heldMoney), held)
        assert.equal(await count(`select from timer where kind in ('notify', 'return')`), 0)
        assert.deepEqual(await findingsIn(dataDir), [])
        if (end === 'order.initiated') assert.equal((await gateway.client.pay('money')).status, 'PAID')
        await gateway.stop()
      })
})
