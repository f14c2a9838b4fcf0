import { Secret } from './base/secret.ts'
import { SandboxClient } from './client.ts'
import { readConfig } from './config.ts'
import { openGateway } from './gateway.ts'
import { createLog } from './log.ts'

export type { CallbackView, ClockView, PayOptions, PayResult } from './client.ts'

export interface StartOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number
  /** Absent: a temporary folder that is removed on close. */
  readonly dataDir?: string
  /** Absent: an embedded PostgreSQL of its own. */
  readonly databaseUrl?: string
  /** Hexadecimal, 64 digits; with `databaseUrl` the same key must come every time. */
  readonly masterKey?: string
  /** Makes every run repeat; the clock stands still. */
  readonly seed?: string
  /** Where business time starts; it runs on from there, or stands there under a seed. */
  readonly now?: Date
  /** Told each log line as JSON text; absent: no log. */
  readonly log?: (line: string) => void
}

/** A sandbox in this process, for tests: a real server on a real port with a real database. */
export interface RunningGateway {
  readonly url: string
  readonly merchant: { readonly id: string; readonly key: string }
  readonly clock: SandboxClient['clock']
  /** The scripted payer. */
  readonly pay: SandboxClient['pay']
  /** The callbacks of an order, or the newest of all. */
  readonly callbacks: SandboxClient['callbacks']
  close(): Promise<void>
}

/**
 * Starts a sandbox in this process (design 4.1). Many may run at once; they share nothing. Close it when
 * done; if the process is killed instead, its database stops by itself.
 *
 * @throws StartProblem when it cannot start
 */
export async function startGateway(options: StartOptions = {}): Promise<RunningGateway> {
  const { log } = options
  const config = {
    ...readConfig({
      GERBANG_MODE: 'sandbox',
      GERBANG_PORT: String(options.port ?? 0),
      ...(options.dataDir !== undefined && { GERBANG_DATA_DIR: options.dataDir }),
      ...(options.seed !== undefined && { GERBANG_SEED: options.seed }),
      ...(options.masterKey !== undefined && { GERBANG_MASTER_KEY: options.masterKey }),
    }),
    databaseUrl: options.databaseUrl === undefined ? null : new Secret(options.databaseUrl),
  }
  const gateway = await openGateway(config, {
    log: createLog(log ? 'info' : 'silent', log && { write: log }),
    say: (sentence) => log?.(JSON.stringify({ level: 'warn', msg: sentence })),
    temporary: options.dataDir === undefined,
    ...(options.now && { startAt: options.now }),
  })
  const { merchant, url } = gateway
  if (!merchant) throw new Error('Invariant broken: a sandbox has its merchant')
  const id = merchant.merchantId
  const key = merchant.key.reveal()
  const client = new SandboxClient({ url, merchantId: id, merchantKey: key })
  return {
    url,
    merchant: { id, key },
    clock: client.clock,
    pay: client.pay,
    callbacks: client.callbacks,
    close: () => gateway.close(),
  }
}
