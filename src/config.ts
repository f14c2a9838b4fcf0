import { resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import type { Rule } from './abuse/rule.ts'
import { readCardLimits } from './abuse/setting.ts'
import { Secret } from './base/secret.ts'
import { StartProblem } from './base/start-problem.ts'
import type { Rate } from './http/throttle.ts'

export type Mode = 'sandbox' | 'live'
export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug'

export interface Config {
  readonly mode: Mode
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** What payers and merchants reach us by; null: the bound address. Without a slash at its end. */
  readonly publicUrl: string | null
  /** Addresses whose `x-forwarded-for` is believed, as CIDR ranges. */
  readonly trustedProxies: readonly string[]
  readonly dataDir: string
  /** Null: the embedded PostgreSQL. */
  readonly databaseUrl: Secret<string> | null
  /** Null: made once and kept in the data dir (embedded sandbox only). */
  readonly masterKey: Secret<Buffer> | null
  readonly seed: string | null
  /** The sandbox merchant's key; null: the documentation's example, or a random one off loopback. */
  readonly sandboxKey: Secret<string> | null
  readonly logLevel: LogLevel
  /** Where metrics are served; null: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null
  readonly rateLimits: RateLimits
  /** How often cards may be tried; null: as often as somebody likes. */
  readonly cardLimits: readonly Rule[] | null
  /** By when an unknown outcome is settled. */
  readonly unknownMinutes: number
}

/** Null: not limited. */
export interface RateLimits {
  readonly merchant: Rate | null
  readonly address: Rate | null
}

/** One row for each setting: the manual's table and the checks are made from it. */
export const settings = [
  { name: 'GERBANG_MODE', fallback: 'sandbox', about: '`sandbox` or `live`' },
  { name: 'GERBANG_HOST', fallback: '127.0.0.1', about: 'address to listen on' },
  { name: 'GERBANG_PORT', fallback: '8080', about: 'port to listen on; 0 takes a free one' },
  {
    name: 'GERBANG_PUBLIC_URL',
    fallback: 'the bound address',
    about: 'base of the links given out; live mode needs one with https',
  },
  {
    name: 'GERBANG_TRUSTED_PROXIES',
    fallback: 'none',
    about: 'addresses or CIDR ranges of proxies, separated by commas',
  },
  { name: 'GERBANG_DATA_DIR', fallback: '.gerbang', about: 'where the embedded database and its key live' },
  { name: 'DATABASE_URL', fallback: 'the embedded PostgreSQL', about: 'PostgreSQL 15 or newer to use instead' },
  {
    name: 'GERBANG_MASTER_KEY',
    fallback: 'made once, in the data dir',
    about: '32 bytes as 64 hex digits; needed with `DATABASE_URL` and in live mode',
  },
  { name: 'GERBANG_WORKERS', fallback: '1', about: 'processes (live mode only; more than 1 is not available yet)' },
  {
    name: 'GERBANG_METRICS_PORT',
    fallback: 'none',
    about: 'port for metrics, on loopback, or `ADDRESS:PORT`; 0 takes a free one',
  },
  { name: 'GERBANG_SEED', fallback: 'none', about: 'text that makes every run repeat (sandbox, fresh data dir)' },
  {
    name: 'GERBANG_MERCHANT_KEY',
    fallback: '`SoSecret123`; random off loopback',
    about: "the sandbox merchant's key; the command line's credentials too",
  },
  {
    name: 'GERBANG_RATE_LIMIT_MERCHANT',
    fallback: '`off` in sandbox, `500:1000` in live',
    about: 'requests of one merchant per second, and how many at once after a colon; or `off`',
  },
  {
    name: 'GERBANG_RATE_LIMIT_ADDRESS',
    fallback: '`off` in sandbox, `500:1000` in live',
    about:
      'the same for one address, and wrong credentials are limited too; in live mode `off` without trusted proxies',
  },
  {
    name: 'GERBANG_CARD_LIMITS',
    fallback: '`off` in sandbox, `on` in live',
    about:
      'who tries stolen cards is stopped: `on`, `off`, or what is to differ (`card=3/1h,network=off`); by network in live mode only with trusted proxies',
  },
  {
    name: 'GERBANG_UNKNOWN_MINUTES',
    fallback: '15',
    about: 'a payment, capture, void or refund without an answer is undone after so long, 1 to 60',
  },
  {
    name: 'GERBANG_LOG',
    fallback: '`warn` in sandbox, `info` in live',
    about: '`silent`, `error`, `warn`, `info`, `debug`',
  },
] as const

/** Never printed, not even when they are wrong. */
const secretSettings: ReadonlySet<string> = new Set(['DATABASE_URL', 'GERBANG_MASTER_KEY', 'GERBANG_MERCHANT_KEY'])

type Name = (typeof settings)[number]['name']
/** What a merchant's key may be: it travels in a Basic header, and in a shell. */
export const keyForm = /^[\x21-\x7e]{8,128}$/

/** More than a merchant's server sends, and a small part of what the gateway can do. */
const usualRate: Rate = { perSecond: 500, burst: 1_000 }

export type Environment = Readonly<Partial<Record<string, string>>>

/**
 * Reads and checks every setting once, and reports all mistakes together.
 *
 * @throws StartProblem naming each wrong setting, what it must be and what it was
 */
export function readConfig(environment: Environment): Config {
  const mistakes: string[] = []
  const given = (name: Name) => environment[name]?.trim() || undefined
  const wrong = (name: Name, must: string) => {
    const value = given(name) ?? ''
    // An address may carry a password.
    const shown = !secretSettings.has(name) && !value.includes('@')
    mistakes.push(`${name}: must be ${must}${shown ? `, got \`${value}\`` : ''}`)
  }
  const oneOf = <T extends string>(name: Name, values: readonly T[], fallback: T): T => {
    const text = given(name)
    const value = values.find((each) => each === text)
    if (text && !value) wrong(name, `one of ${values.join(', ')}`)
    return value ?? fallback
  }

  const mode = oneOf('GERBANG_MODE', ['sandbox', 'live'], 'sandbox')
  const portText = given('GERBANG_PORT') ?? '8080'
  const port = Number(portText)
  if (!/^\d{1,5}$/.test(portText) || port > 65_535) wrong('GERBANG_PORT', 'an integer from 0 to 65535')

  const publicUrl = readPublicUrl(given('GERBANG_PUBLIC_URL'))
  if (publicUrl === undefined) wrong('GERBANG_PUBLIC_URL', 'an http or https URL without path, query or credentials')
  if (mode === 'live' && !publicUrl?.startsWith('https:')) {
    mistakes.push('GERBANG_PUBLIC_URL: live mode needs one that begins with https://')
  }

  const trustedProxies = (given('GERBANG_TRUSTED_PROXIES') ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter(Boolean)
  if (!trustedProxies.every((text) => ipaddr.isValid(text) || ipaddr.isValidCIDR(text))) {
    wrong('GERBANG_TRUSTED_PROXIES', 'addresses or CIDR ranges separated by commas')
  }

  const databaseUrl = given('DATABASE_URL')
  // `user@/database?host=/folder` is PostgreSQL's own way to name a Unix socket.
  const parses = databaseUrl && URL.canParse(databaseUrl.replace('@/', '@localhost/'))
  if (databaseUrl && !(parses && /^postgres(ql)?:\/\//.test(databaseUrl))) {
    wrong('DATABASE_URL', 'a postgresql:// URL')
  }

  const masterKey = given('GERBANG_MASTER_KEY')
  if (masterKey && !/^[0-9a-f]{64}$/i.test(masterKey)) wrong('GERBANG_MASTER_KEY', '32 bytes written as 64 hex digits')
  if (!masterKey && (databaseUrl || mode === 'live')) {
    mistakes.push(`GERBANG_MASTER_KEY: needed ${databaseUrl ? 'with DATABASE_URL' : 'in live mode'}; 64 hex digits`)
  }

  const seed = given('GERBANG_SEED') ?? null
  if (seed && mode === 'live') mistakes.push('GERBANG_SEED: only for the sandbox; live mode needs real randomness')
  if ((given('GERBANG_WORKERS') ?? '1') !== '1') wrong('GERBANG_WORKERS', '1 (several processes are not available yet)')
  const metrics = readMetricsAddress(given('GERBANG_METRICS_PORT'))
  if (metrics === undefined || (metrics && metrics.port > 0 && metrics.port === port)) {
    wrong('GERBANG_METRICS_PORT', 'a port, or an address and a port (`0.0.0.0:9464`), and not that of GERBANG_PORT')
  }

  const sandboxKey = given('GERBANG_MERCHANT_KEY')
  if (sandboxKey && !keyForm.test(sandboxKey)) wrong('GERBANG_MERCHANT_KEY', '8 to 128 visible ASCII characters')

  const rate = (name: Name, fallback: Rate | null): Rate | null => {
    const text = given(name)
    if (text === undefined) return fallback
    if (text === 'off') return null
    const [, first, second] = /^(\d{1,6})(?::(\d{1,6}))?$/.exec(text) ?? []
    const perSecond = Number(first)
    const burst = second === undefined ? 2 * perSecond : Number(second)
    if (perSecond >= 1 && burst >= 1) return { perSecond, burst }
    wrong(name, '`off`, requests per second, or these and a burst (`100:200`), each from 1 to 999999')
    return null
  }
  const usual = mode === 'live' ? usualRate : null
  const rateLimits = {
    merchant: rate('GERBANG_RATE_LIMIT_MERCHANT', usual),
    // Behind a proxy that was not declared everybody has its address, and one stranger would stop them all.
    address: rate('GERBANG_RATE_LIMIT_ADDRESS', trustedProxies.length > 0 ? usual : null),
  }

  const cardLimits = readCardLimits(
    given('GERBANG_CARD_LIMITS') ?? (mode === 'live' ? 'on' : 'off'),
    // As above: everybody would be one network.
    mode === 'sandbox' || trustedProxies.length > 0,
  )
  if ('faults' in cardLimits) {
    wrong('GERBANG_CARD_LIMITS', '`on`, `off`, or limits as in `card=5/1h,network=off`')
    mistakes[mistakes.length - 1] += `: ${cardLimits.faults.join('; ')}`
  }
  const unknownText = given('GERBANG_UNKNOWN_MINUTES') ?? '15'
  const unknownMinutes = Number(unknownText)
  if (!/^\d{1,2}$/.test(unknownText) || unknownMinutes < 1 || unknownMinutes > 60)
    wrong('GERBANG_UNKNOWN_MINUTES', 'a whole number from 1 to 60')

  const logLevel = oneOf('GERBANG_LOG', ['silent', 'error', 'warn', 'info', 'debug'], mode === 'live' ? 'info' : 'warn')

  if (mistakes.length > 0) throw new StartProblem(mistakes.join('\n'))
  return Object.freeze({
    mode,
    host: given('GERBANG_HOST') ?? '127.0.0.1',
    port,
    publicUrl: publicUrl ?? null,
    trustedProxies,
    dataDir: resolve(given('GERBANG_DATA_DIR') ?? '.gerbang'),
    databaseUrl: databaseUrl ? new Secret(databaseUrl) : null,
    masterKey: masterKey ? new Secret(Buffer.from(masterKey, 'hex')) : null,
    seed,
    sandboxKey: sandboxKey ? new Secret(sandboxKey) : null,
    logLevel,
    rateLimits,
    cardLimits: 'faults' in cardLimits ? null : cardLimits.rules,
    unknownMinutes,
    metrics: metrics ?? null,
  })
}

/** Read elsewhere: by the command line's HTTP commands, and by the suite's runner. */
const otherSettings = ['GERBANG_URL', 'GERBANG_MERCHANT_ID', 'GERBANG_TEST_TEMPLATE']

/** A sentence for each `GERBANG_…` variable that nobody reads, with the name that was probably meant. */
export function strangeSettings(environment: Environment): string[] {
  const known = [...settings.map(({ name }) => name), ...otherSettings]
  return Object.keys(environment)
    .filter((name) => name.toUpperCase().startsWith('GERBANG_') && !known.includes(name))
    .map((name) => {
      const near = known
        .map((each) => ({ each, apart: distance(name.toUpperCase(), each) }))
        .toSorted((one, other) => one.apart - other.apart)[0]
      const meant = near && near.apart <= 4 ? ` Did you mean ${near.each}?` : ''
      return `${name} is no setting, and is ignored.${meant}`
    })
}

/** How many letters have to be added, removed or changed to make one text of the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, place) => place)
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line]
    for (let place = 1; place <= to.length; place += 1) {
      const changed = (row[place - 1] ?? 0) + (from[line - 1] === to[place - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[place] ?? 0) + 1, (next[place - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}

/**
 * Null when absent, undefined when wrong. Loopback unless an address is written out: what metrics tell is
 * for the operator, whoever the gateway itself listens for.
 */
function readMetricsAddress(text: string | undefined): Config['metrics'] | undefined {
  if (!text) return null
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? []
  const address = host.replace(/^\[(.+)\]$/, '$1')
  return port && Number(port) <= 65_535 && ipaddr.isValid(address) ? { host: address, port: Number(port) } : undefined
}

/** Null when absent, undefined when wrong. */
function readPublicUrl(text: string | undefined): string | null | undefined {
  if (!text) return null
  if (!URL.canParse(text)) return undefined
  const { protocol, pathname, search, hash, username, password, origin } = new URL(text)
  const plain = pathname === '/' && !search && !hash && !username && !password
  return plain && (protocol === 'http:' || protocol === 'https:') ? origin : undefined
}
