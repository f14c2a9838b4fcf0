import { promisify } from 'node:util'
import type { Logger } from 'pino'
import { CardLimits } from './abuse/card-limits.ts'
import { Acquirers } from './acquirer/acquirers.ts'
import { simulatedAcquirers } from './acquirer/simulators.ts'
import { apiRoutes } from './api/routes.ts'
import { AccessControlServer } from './authentication/access-control-server.ts'
import { AuthenticationSimulator } from './authentication/simulator.ts'
import { type Clock, MovableClock, runningClock, systemClock } from './base/clock.ts'
import { invariant } from './base/invariant.ts'
import { isLoopback } from './base/loopback.ts'
import { PlannedFaults } from './base/planned-faults.ts'
import { type Random, seededRandom, systemRandom } from './base/random.ts'
import { Secret } from './base/secret.ts'
import { StartProblem } from './base/start-problem.ts'
import { localAddressesToo, publicAddressesOnly } from './callback/address.ts'
import { Callbacks } from './callback/callbacks.ts'
import type { DeliveryDeps } from './callback/deliver.ts'
import type { CallbackFaults } from './callback/faults.ts'
import { HostQueues } from './callback/queue.ts'
import { dnsResolve, type Resolve, systemResolve } from './callback/resolve.ts'
import { httpSender } from './callback/send.ts'
import { Shelf } from './callback/shelf.ts'
import { checkoutRoutes } from './checkout/routes.ts'
import type { Config } from './config.ts'
import { type OpenDatabase, openDatabase, type OpenDatabaseOptions } from './open-database.ts'
import { operationRoutes } from './http/operation.ts'
import { describe } from './http/problem-answer.ts'
import { DirectWay } from './http/direct.ts'
import { requestLog } from './http/request-log.ts'
import type { ConnectionBounds } from './http/connections.ts'
import { buildServer, sandboxHosts } from './http/server.ts'
import { doorKeepers } from './http/door-keepers.ts'
import type { Load } from './http/load.ts'
import { TimerJob } from './jobs/timers.ts'
import { cannotListen, requireFree } from './listening.ts'
import { Directory } from './merchant/directory.ts'
import { observeRequests } from './metrics/requests.ts'
import { serveMetrics } from './metrics/server.ts'
import { waiting } from './metrics/store.ts'
import { acceptedKeys, type Merchant } from './merchant/merchant.ts'
import { newKeyUsed } from './merchant/store.ts'
import { claimMode } from './mode-store.ts'
import type { PaymentDeps } from './payment/deps.ts'
import { hear } from './payment/hear.ts'
import { initiate, isOfContent } from './payment/initiate.ts'
import type { OpenNumberDeps } from './payment/open-number.ts'
import { type Batching, Orders } from './payment/orders.ts'
import { Database } from './postgres/database.ts'
import { programVersion } from './postgres/package-root.ts'
import { ensureSandboxMerchant } from './sandbox-merchant.ts'
import { debitsOf } from './direct-debits.ts'
import { tellOfCallback } from './callback-log.ts'
import { bindingRoutes } from './sandbox/binding-routes.ts'
import { acsRoutes } from './sandbox/acs-routes.ts'
import { bankRoutes } from './sandbox/bank-routes.ts'
import { loadClocks, saveClock } from './sandbox/clock-store.ts'
import { FaultyDelivery } from './sandbox/faulty-delivery.ts'
import { pageRoutes } from './sandbox/page-routes.ts'
import { ProviderSimulator } from './sandbox/provider.ts'
import { sandboxRoutes } from './sandbox/routes.ts'
import { sessionRoutes } from './sandbox/session-routes.ts'
import type { RecurringDeps } from './recurring/deps.ts'
import { Plans } from './recurring/plans.ts'
import { hasOrders } from './sandbox/seed-store.ts'
import { VirtualClock } from './sandbox/virtual-clock.ts'
import { TimerRunner } from './timer/runner.ts'
import { releaseAll } from './timer/store.ts'
import { timerKinds } from './timer/timer.ts'
import { subjectOf, timerHandlers } from './timer-handlers.ts'
import { Cipher } from './vault/cipher.ts'
import { CvvKeeper } from './vault/cvv.ts'
import { deriveKey } from './vault/derive-key.ts'
import { KeyRing } from './vault/key-ring.ts'
import { isMasterKeyOf } from './vault/master-key-check.ts'
import { liveRules, sandboxRules } from './vault/take-card.ts'
import { takePlanCard } from './vault/take-plan-card.ts'
import { Vault } from './vault/vault.ts'

/** The instant at which the clocks of a seeded sandbox stand at first: 2026-01-01 00:00 WIB. */
export const seededStart = new Date('2025-12-31T17:00:00.000Z')

/**
 * What is in flight has this long to finish; then connections are cut. The database has what is left of the
 * ten seconds that a stop may take (design 4.1).
 */
const graceMs = 6_000

/** So long before that, callbacks that a merchant has not answered are given up, so that requests that wait for them are answered. */
const lastAnswersMs = 1_000

/** A gateway that serves. */
export interface Gateway {
  /** The address that it is bound to. */
  readonly url: string
  readonly publicUrl: string
  /** Where metrics are served; null without GERBANG_METRICS_PORT. */
  readonly metricsUrl: string | null
  /** The sandbox's own merchant; null in live mode. */
  readonly merchant: Merchant | null
  /** Stops accepting, finishes what is in flight, stops the embedded server. May be called twice. */
  close(): Promise<void>
}

export interface OpenOptions extends OpenDatabaseOptions {
  /** The database, where the caller is opening it already and has seen that the port is free. */
  readonly opening?: Promise<OpenDatabase>
  readonly log: Logger
  /** Where the sandbox merchant's clock starts. */
  readonly startAt?: Date
  readonly resolve?: Resolve
  /** How new orders are collected; absent: as measured best. */
  readonly batch?: Batching
  /** For tests: how long a peer may take, and how many may be connected. */
  readonly bounds?: Partial<ConnectionBounds>
  /** For tests: the measure of what is at work. */
  readonly load?: Load
}

/**
 * The composition root: opens the database, chooses the adapters of the mode, and serves every door on one
 * port. All that differs between sandbox and live is chosen here.
 *
 * @throws StartProblem with one sentence for the operator; what was opened is closed again
 */
export async function openGateway(config: Config, options: OpenOptions): Promise<Gateway> {
  if (!options.opening) await requireFree(config)
  const opened = await (options.opening ?? openDatabase(config, options))
  try {
    return await compose(config, options, opened)
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function compose(config: Config, options: OpenOptions, opened: OpenDatabase): Promise<Gateway> {
  const { log } = options
  const { database, masterKey } = opened
  const isSandbox = config.mode === 'sandbox'
  const cipher = new Cipher(masterKey)
  if (!(await isMasterKeyOf(database, cipher))) {
    throw new StartProblem('GERBANG_MASTER_KEY is not the key that this database was sealed under.')
  }
  await claimMode(database, config.mode)
  const random: Random = config.seed ? seededRandom(config.seed) : systemRandom
  const seeded = { offsetMs: 0, frozenAt: options.startAt ?? seededStart }
  const movable = isSandbox ? new MovableClock(config.seed ? seeded : runningClock) : null
  const clock: Clock = movable ?? systemClock
  const directory = new Directory(database, cipher, clock)
  const merchant = isSandbox ? await ensureSandboxMerchant(database, cipher, config, clock.machine()) : null
  if (movable && merchant) {
    // The sandbox is one process: whatever is leased was leased by one that is gone.
    await releaseAll(database)
    await startClock(database, movable, merchant, config, options)
  }

  const vault = new Vault(await KeyRing.open(database, masterKey, clock), random)
  const cvvs = new CvvKeeper(clock)
  let bound = ''
  const publicUrl = () => config.publicUrl ?? bound
  const sessionUrl = (token: string) => `${publicUrl()}/sandbox/wallet/${token}`
  const simulators = isSandbox ? simulatedAcquirers({ database, vault, cvvs, clock, random }) : []
  const acquirers = new Acquirers(simulators, clock)
  const routes = {
    routeOf: async (merchantId: string) => {
      const found = await directory.find(merchantId)
      invariant(found, `${merchantId} has a card and is a merchant`)
      return found.route
    },
    merchantOfRoute: async (route: number) => (await directory.findByRoute(route))?.merchantId,
  }
  const authenticator = isSandbox
    ? new AuthenticationSimulator({ database, vault, clock, random, routes, publicUrl })
    : null
  const shelf = new Shelf(database, clock)
  const queues = new HostQueues(clock, { away: (...known) => shelf.put(...known) })
  // A connection of its own: a scrape neither waits behind requests nor takes a place from them.
  const beside = config.metrics && new Database(opened.connection, 1)
  // Read only where they are asked for: the client library is a hundred files.
  const metrics =
    beside &&
    new (await import('./metrics/metrics.ts')).Metrics({
      clock,
      build: { version: programVersion(), mode: config.mode },
      timerKinds,
      moved: () => movable?.moved() ?? [],
      waiting: (at) => waiting(beside, at),
      failed: (error) => log.warn({ msg: 'the database did not answer a scrape', bug: describe(error) }),
      held: async () => ({
        pool: database.connections,
        queues: queues.standing,
        connections: await promisify(app.server.getConnections.bind(app.server))(),
      }),
    })
  const working = new Set<Promise<unknown>>()
  const background = (work: Promise<unknown>, about: Readonly<Record<string, unknown>>) => {
    const quiet = work
      .catch((error: unknown) => log.error({ ...about, msg: 'a payment step failed', bug: describe(error) }))
      .finally(() => working.delete(quiet))
    working.add(quiet)
  }
  const plans = new Plans(database)
  const limits =
    config.cardLimits && new CardLimits(config.cardLimits, deriveKey(masterKey, 'networks and devices'), clock)
  const orders = new Orders(
    database,
    { cards: vault, plans },
    {
      ...(limits && { limits }),
      ...(options.batch && { batching: options.batch }),
      ...(metrics && { observe: { opened: metrics.batch('opened'), changed: metrics.batch('changed') } }),
    },
  )
  const payments: PaymentDeps = {
    database,
    orders,
    clock,
    random,
    acquirers,
    collects: () => isSandbox,
    authenticator,
    cvvs,
    ...(limits && { limits }),
    unknownDeadlineMs: config.unknownMinutes * 60_000,
    wake: (timer) => job.offer(timer),
    ...(metrics && { recorded: metrics.recorded, blocked: metrics.blocked }),
  }
  const rules = isSandbox ? sandboxRules : liveRules
  const contentKey = new Secret(deriveKey(masterKey, 'content of orders').reveal().toString('hex'))
  const initiateOrder: RecurringDeps['initiate'] = (of, request) =>
    initiate({ orders, clock, random, contentKey }, of, request)
  const openNumbers: OpenNumberDeps = { ...payments, contentKey }
  const recurring: RecurringDeps = {
    payments,
    plans,
    initiate: initiateOrder,
    takeCard: ({ merchantId, customerId, cardToken: token }, orderId, now) =>
      takePlanCard({ vault, rules, sql: database }, { token, customerId }, { merchantId, orderId, n: 1, now }),
  }
  const sender = httpSender({
    clock,
    resolve: options.resolve ?? (isSandbox ? systemResolve : dnsResolve()),
    allows: isSandbox ? localAddressesToo : publicAddressesOnly,
  })
  const callbackFaults: CallbackFaults = new PlannedFaults()
  const faulty = isSandbox
    ? new FaultyDelivery({ database, clock, faults: callbackFaults, wake: (timer) => job.offer(timer) })
    : null
  const delivery: DeliveryDeps = {
    database,
    callbacks: new Callbacks(database),
    clock,
    sender,
    queues,
    keysOf: async (merchantId) => {
      const found = await directory.find(merchantId)
      return found ? acceptedKeys(found, clock.machine()) : []
    },
  }
  // What is planned for an order is planned with all of them: they share it.
  const [acquirer] = simulators
  const provider = acquirer ? new ProviderSimulator({ payments, openNumbers, directory, acquirer }) : null
  const debits = debitsOf(payments, acquirer ?? null, masterKey)
  const scheduled = faulty ? { ...delivery, sender: faulty.sender(sender) } : delivery
  const handlers = timerHandlers(
    payments,
    recurring,
    directory,
    scheduled,
    (timer, callback, outcome) => {
      metrics?.callback(outcome)
      tellOfCallback(log, timer, callback, outcome)
    },
    provider,
  )
  const runner = new TimerRunner({
    database,
    clock,
    handlers: faulty ? { ...handlers, callback: faulty.handler(handlers.callback) } : handlers,
    failed: (timer, error) => {
      metrics?.timerFailed(timer.kind)
      log.error({ ...subjectOf(timer), msg: 'a timer failed', kind: timer.kind, bug: describe(error) })
    },
  })
  for (const simulator of simulators) {
    simulator.listen((answer) => {
      const { merchantId, orderId } = answer
      background(hear(payments, directory, answer), { merchantId, orderId })
    })
  }
  const job = new TimerJob({ database, clock, movable, runner })

  if (!isSandbox && config.rateLimits.address === null && config.trustedProxies.length === 0) {
    options.say('GERBANG_TRUSTED_PROXIES is not set: neither requests nor guesses at keys are limited by address.')
  }
  const doors = doorKeepers(clock, config.rateLimits, {
    ...(options.load && { load: options.load }),
    ...(metrics && { refused: metrics.refused }),
  })
  const logged = requestLog(log)
  const direct: DirectWay = new DirectWay({
    door: doors.ofMerchants,
    log,
    isCurrent: directory.isCurrent,
    served: ({ method, route, status, merchantId, traceId, ms }) => {
      logged(() => log.child({ traceId }), { method, route: () => route, status, merchantId, ms })
      counted?.({ method, route, status, ms })
    },
  })
  const app = buildServer({
    log,
    takes: (request, response) => direct.takes(request, response),
    refusesEarly: doors.refusesEarly,
    trustedProxies: config.trustedProxies,
    publicUrl: config.publicUrl,
    allowedHost: isSandbox ? sandboxHosts(config.publicUrl) : null,
    ...(options.bounds && { bounds: options.bounds }),
  })
  const counted = metrics && observeRequests(app, { requests: metrics.requests, seconds: metrics.requestSeconds })
  app.addHook('preClose', (done) => {
    direct.close()
    done()
  })
  const keyUsed = async (used: Merchant) => {
    await newKeyUsed(database, used.merchantId)
    directory.forget()
  }
  await app.register(operationRoutes(database))
  await app.register(
    doors.merchants(
      apiRoutes({
        payments,
        recurring,
        openNumbers,
        directory,
        newKeyUsed: keyUsed,
        publicUrl,
        sessionUrl,
        direct,
        vault,
        cvvs,
        rules,
        initiate: initiateOrder,
        isSame: (order, { identity }) => isOfContent({ contentKey }, order, identity),
        debits,
      }),
    ),
  )
  const testCardsUrl = isSandbox ? '/sandbox/cards' : null
  const { guessed } = doors
  await app.register(
    doors.payers(
      checkoutRoutes({
        payments,
        directory,
        vault,
        cvvs,
        rules,
        publicUrl,
        sessionUrl,
        testCardsUrl,
        guessed,
        background,
      }),
    ),
  )
  if (movable && acquirer && provider && authenticator && merchant) {
    const accessControlServer = new AccessControlServer({ database, clock, random, routes })
    const quiet = async () => {
      await Promise.all(simulators.map((each) => each.quiet()))
      await Promise.all(working)
    }
    const virtualClock = new VirtualClock({ database, clock: movable, runner, poller: job, quiet })
    const payer = { payments, vault, cvvs, rules, acquirer, provider, accessControlServer }
    const faults = { acquirer: acquirer.faults, callback: callbackFaults, random }
    await app.register(
      doors.developers(
        sandboxRoutes({
          payer,
          faults,
          directory,
          newKeyUsed: keyUsed,
          delivery,
          clock: virtualClock,
          publicUrl,
          debits,
        }),
      ),
    )
    await app.register(doors.payers(acsRoutes({ accessControlServer })))
    const otherSide = { payments, directory, provider, guessed }
    await app.register(doors.payers(bankRoutes(otherSide)))
    await app.register(doors.payers(sessionRoutes(otherSide)))
    await app.register(doors.payers(bindingRoutes({ debits, directory })))
    await app.register(pageRoutes({ merchant, publicUrl, showsKey: isLoopback(config.host) }))
  }

  const scrapes = metrics && config.metrics ? await serveMetrics(config.metrics, metrics) : null
  try {
    bound = await listen(app, config)
  } catch (error) {
    await scrapes?.close()
    throw error
  }
  job.start()
  let closing: Promise<void> | undefined
  return {
    url: bound,
    publicUrl: publicUrl(),
    merchant,
    metricsUrl: scrapes?.url ?? null,
    close: () =>
      (closing ??= closeAll(async () => {
        const deadline = clock.monotonicMs() + graceMs
        const left = () => Math.max(0, deadline - clock.monotonicMs())
        const giveUp = setTimeout(() => sender.close(), graceMs - lastAnswersMs)
        const cut = setTimeout(() => app.server.closeAllConnections(), graceMs)
        // A connection that was kept alive becomes idle when its last answer is out, and would stay.
        const tidy = setInterval(() => app.server.closeIdleConnections(), 50)
        await app.close()
        clearInterval(tidy)
        clearTimeout(cut)
        for (const simulator of simulators) simulator.close()
        await within(left(), Promise.all(working))
        clearTimeout(giveUp)
        sender.close()
        await within(Math.max(left(), lastAnswersMs), job.stop())
        cvvs.clear()
        await scrapes?.close()
        await beside?.close()
      }, opened)),
  }
}

async function closeAll(stop: () => Promise<void>, opened: OpenDatabase): Promise<void> {
  try {
    await stop()
  } finally {
    await opened.close()
  }
}

/** Waits for work, but no longer than `ms`: stopping must end, and what is left is taken up at the next start. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timeout: NodeJS.Timeout | undefined
  await Promise.race([
    work,
    new Promise<void>((resolve) => {
      timeout = setTimeout(resolve, ms)
    }),
  ])
  clearTimeout(timeout)
}

/** Loads the clocks as they were left; a seed or a start time begins on a fresh data dir. */
async function startClock(
  database: Database,
  clock: MovableClock,
  merchant: Merchant,
  config: Config,
  { startAt }: OpenOptions,
): Promise<void> {
  for (const [merchantId, setting] of await loadClocks(database)) clock.set(merchantId, setting)
  if (config.seed && (await hasOrders(database))) {
    throw new StartProblem('GERBANG_SEED needs a fresh data dir: this one holds orders of an earlier run.')
  }
  if (!config.seed && !startAt) return
  const start = startAt ?? seededStart
  const setting = config.seed
    ? { offsetMs: 0, frozenAt: start }
    : { offsetMs: start.getTime() - clock.machine().getTime(), frozenAt: null }
  await saveClock(database, merchant.merchantId, setting)
  clock.set(merchant.merchantId, setting)
}

interface Listening {
  listen(to: { host: string; port: number; backlog: number }): Promise<string>
}

/**
 * How many connections may wait to be taken. One that finds no room is not refused: its client tries again
 * after a second, then three, which is how a burst of a thousand takes as long.
 */
const backlog = 4_096

async function listen(app: Listening, { host, port }: Config) {
  try {
    const address = await app.listen({ host, port, backlog })
    return address.replace('://0.0.0.0:', '://127.0.0.1:').replace('://[::]:', '://[::1]:')
  } catch (error) {
    throw cannotListen({ host, port }, error)
  }
}
