import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findingsIn } from './audit.ts'
import { type Chance, chanceOf } from './chance.ts'
import { type MerchantServer, merchantServer } from './gateway.ts'
import { call, followers, Ledger } from './mixed-load.ts'
import {
  freePort,
  look,
  openFolder,
  processesNaming,
  serve,
  serverProcesses,
  type ServingProcess,
  until,
} from './process.ts'

/** Whom a round kills, all with SIGKILL. */
const victims = ['gateway', 'database', 'both'] as const
type Victim = (typeof victims)[number]

/** How many merchants' servers and payers call at once. */
const callers = 10

/** So many answers come in a round before the moment of chance begins, so that no kill hits a load that has not begun. */
const answersFirst = 20

export interface Summary {
  readonly seed: number
  readonly rounds: number
  readonly kills: Readonly<Record<Victim, number>>
  /** Orders whose `initiate` was answered. */
  readonly acknowledged: number
  /** Of these, orders of which an answer told the end. */
  readonly ended: number
  readonly answers: number
  readonly callbacks: number
  /** What was acknowledged and is not so; must be empty. */
  readonly lost: readonly string[]
  /** What the auditor found; must be empty. */
  readonly findings: readonly string[]
  readonly seconds: number
}

/**
 * Kills a gateway, its database, or both, again and again at moments of chance, while merchants and payers
 * call it; after each round everything that was acknowledged must be there, and the auditor finds nothing.
 * At the end time moves on until every order has ended and every merchant was told.
 */
export async function crashRounds(
  rounds: number,
  seed: number,
  progress: (line: string) => void = () => undefined,
): Promise<Summary> {
  const began = performance.now()
  const chance = chanceOf(seed)
  const folder = openFolder()
  const dataDir = join(folder.path, 'data')
  // The same port after a restart, so that the payer's links stay.
  const settings = { GERBANG_DATA_DIR: dataDir, TMPDIR: folder.path, GERBANG_PORT: String(await freePort()) }
  const ledger = new Ledger()
  let isDeaf = true
  const merchant = await merchantServer((_, count) => (isDeaf && count % 5 === 0 ? 500 : 200))
  const kills = { gateway: 0, database: 0, both: 0 }
  const lost: string[] = []
  const findings: string[] = []
  // Every kind comes in every three rounds, in an order of chance.
  let turns: Victim[] = []
  let gateway = await serve(settings)
  for (let round = 1; round <= rounds; round += 1) {
    if (turns.length === 0) turns = shuffled(chance)
    const victim = turns.pop() ?? 'both'
    const over = new AbortController()
    const { client } = gateway
    const before = ledger.answers
    const load = Array.from({ length: callers }, (_, caller) =>
      call({ client, merchant, ledger, chance: chance.split() }, `${round}-${caller}`, over.signal),
    )
    // Looked up before the moment, so that the kill comes at once.
    const database = victim === 'gateway' ? [] : serverProcesses(dataDir)
    await until('the load', () => ledger.answers >= before + answersFirst)
    await sleep(chance.below(500))
    killAll(database)
    if (victim !== 'database') await gateway.kill()
    kills[victim] += 1
    if (victim === 'database') await recovered(gateway)
    over.abort()
    await Promise.all(load)
    if (victim !== 'database') gateway = await serve(settings)
    lost.push(...(await missing(dataDir, ledger, merchant)), ...(await forgotten(gateway, ledger, round)))
    findings.push(...(await findingsIn(dataDir)))
    progress(
      `round ${round}: ${victim} killed; ${ledger.orders.size} orders, ${lost.length} lost, ${findings.length} findings`,
    )
  }
  isDeaf = false
  // Time settles what the kills left open: no attempt stays unknown, and every merchant is told.
  // Longer than an authorization lives.
  while ((await gateway.client.clock.advance('P9D')).more);
  lost.push(...(await missing(dataDir, ledger, merchant)), ...(await unsettled(dataDir)), ...ledger.contradictions)
  findings.push(...(await findingsIn(dataDir)))
  assert.equal((await gateway.stop()).code, 0)
  await merchant.close()
  await until('nothing to be left', () => processesNaming(folder.path).length === 0)
  folder.remove()
  const ended = [...ledger.orders.values()].filter(({ status }) => status !== undefined).length
  return {
    seed,
    rounds,
    kills,
    acknowledged: ledger.orders.size,
    ended,
    answers: ledger.answers,
    callbacks: merchant.received.length,
    lost,
    findings,
    seconds: (performance.now() - began) / 1_000,
  }
}

/** The summary as lines for a person. */
export function summaryLines(summary: Summary): string[] {
  const { kills, lost, findings } = summary
  return [
    `seed          ${summary.seed}`,
    `rounds        ${summary.rounds} in ${summary.seconds.toFixed(0)} s`,
    `kills         gateway ${kills.gateway}, database ${kills.database}, both ${kills.both}`,
    `acknowledged  ${summary.acknowledged} orders, the end of ${summary.ended}, ${summary.answers} answers`,
    `callbacks     ${summary.callbacks} received`,
    `lost          ${lost.length}`,
    `findings      ${findings.length}`,
    ...[...lost, ...findings].slice(0, 20).map((line) => `  ${line}`),
  ]
}

function shuffled(chance: Chance): Victim[] {
  const left: Victim[] = [...victims]
  const turns: Victim[] = []
  while (left.length > 0) turns.push(...left.splice(chance.below(left.length), 1))
  return turns
}

/** Kills a server and all that it has started, also since it was looked up where the system tells at once. */
function killAll(processes: readonly number[]): void {
  const [lead] = processes
  for (const pid of new Set([...processes, ...(lead === undefined ? [] : childrenOf(lead))])) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // A backend that has ended meanwhile.
    }
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Waits until a gateway whose database was killed under it is ready again. */
async function recovered({ url }: ServingProcess): Promise<void> {
  await until('the gateway to be ready', async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok)
}

const stateOf: Readonly<Record<string, readonly string[]>> = {
  AUTHORIZED: ['authorized'],
  PARTIALLY_CAPTURED: ['partially_captured', 'captured'],
  PAID: ['captured'],
  CAPTURED: ['captured'],
  PARTIALLY_REFUNDED: ['partially_refunded'],
  REFUNDED: ['refunded'],
  FAILURE: ['failed'],
  // From the instant on, even before its timer has run.
  EXPIRED: ['expired', 'open', 'lapsed'],
  CANCELLED: ['cancelled', 'voided'],
}

/** Whether an order in this state may once have had that status. */
function mayHaveBeen(status: string, state: string): boolean {
  return [status, ...(followers[status] ?? [])].some((each) => stateOf[each]?.includes(state))
}

interface Kept {
  readonly order_id: string
  readonly state: string
  readonly captured: number
  readonly refunded: number
  readonly bodies: readonly string[] | null
}

/** What was acknowledged, by an answer or by a callback, and is not in the database. */
async function missing(dataDir: string, ledger: Ledger, merchant: MerchantServer): Promise<string[]> {
  // The gateway goes on delivering while we look: what came before must be there, and no more is asked.
  const received = [...merchant.received]
  const database = await look(dataDir)
  const { rows } = await database.query<Kept>(
    `select order_id, state, captured_minor::int as captured, refunded_minor::int as refunded,
       (select array_agg(convert_from(body, 'UTF8')) from callback c where c.order_id = o.order_id) as bodies
     from payment_order o`,
  )
  await database.end()
  const kept = new Map(rows.map((row) => [row.order_id, row]))
  const lost: string[] = []
  for (const [id, { status, captured, refunded }] of ledger.orders) {
    const row = kept.get(id)
    if (!row) lost.push(`${id} was acknowledged and is not there`)
    else if (status !== undefined && !mayHaveBeen(status, row.state))
      lost.push(`${id} was ${status} and is ${row.state}`)
    else if (captured > row.captured || refunded > row.refunded)
      lost.push(
        `${captured} of ${id} was captured and ${refunded} refunded, and ${row.captured} and ${row.refunded} are`,
      )
  }
  for (const { body } of received) {
    const { order, result } = JSON.parse(body) as { order: { id: string }; result: { payment: { status: string } } }
    const row = kept.get(order.id)
    // Invariant 7: what was sent is what is stored.
    if (!row?.bodies?.includes(body)) lost.push(`${order.id} was told in bytes that are not stored`)
    else if (!mayHaveBeen(result.payment.status, row.state))
      lost.push(`${order.id} was told to be ${result.payment.status} and is ${row.state}`)
  }
  return lost
}

/** The merchant's repeat of what it was answered gives the same link, while the order is open. */
async function forgotten({ client }: ServingProcess, ledger: Ledger, round: number): Promise<string[]> {
  const own = [...ledger.orders].filter(([id, { status }]) => id.startsWith(`${round}-`) && status === undefined)
  const lost: string[] = []
  for (const [id, { request, link }] of own.slice(-3)) {
    const again = await client
      .call<{ redirecturl: string }>('POST', '/pg/payment/card/initiate', request)
      // The order has ended meanwhile.
      .catch(() => undefined)
    if (again && again.redirecturl !== link) lost.push(`${id} has another link than before`)
  }
  return lost
}

/** What has not come to its end although time has passed. */
async function unsettled(dataDir: string): Promise<string[]> {
  const database = await look(dataDir)
  const { rows } = await database.query<{ what: string }>(
    `select order_id || ' is ' || state as what from payment_order
     where state in ('open', 'processing', 'authorized', 'partially_captured') or pending_count > 0
     union all select order_id || ' has an operation that is ' || state from operation where ended_at is null
     union all select callback_id || ' is ' || state from callback where state <> 'delivered'
     union all select 'the timer ' || timer_id || ' is left' from timer
     union all select 'a payment of ' || order_id || ' is ' || state from receipt where state = 'returning'
     union all select 'a card is left since ' || created_at from vault_entry`,
  )
  await database.end()
  return rows.map(({ what }) => what)
}
