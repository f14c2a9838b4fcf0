import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { inspect } from 'node:util'
import { StartProblem } from './base/start-problem.ts'
import { type Environment, readConfig, settings, strangeSettings } from './config.ts'

const key = 'ab'.repeat(32)
const live = { GERBANG_MODE: 'live', GERBANG_PUBLIC_URL: 'https://pay.example', GERBANG_MASTER_KEY: key }

function mistakesOf(environment: Environment): string[] {
  try {
    readConfig(environment)
  } catch (error) {
    assert.ok(error instanceof StartProblem)
    return error.message.split('\n')
  }
  return []
}

suite('the settings', () => {
  test('a sandbox needs none', () => {
    const { dataDir, ...config } = readConfig({})
    assert.match(dataDir, /^\/.*\.gerbang$/)
    assert.deepEqual(config, {
      mode: 'sandbox',
      host: '127.0.0.1',
      port: 8080,
      publicUrl: null,
      trustedProxies: [],
      databaseUrl: null,
      masterKey: null,
      seed: null,
      sandboxKey: null,
      logLevel: 'warn',
      rateLimits: { merchant: null, address: null },
      cardLimits: null,
      unknownMinutes: 15,
      metrics: null,
    })
  })

  test('an empty or blank setting is one that is not given', () => {
    const blank = Object.fromEntries(settings.map(({ name }, index) => [name, index % 2 ? '' : '  ']))
    assert.deepEqual(readConfig(blank), readConfig({}))
  })

  test('each setting is read', () => {
    const config = readConfig({
      GERBANG_HOST: '0.0.0.0',
      GERBANG_PORT: '0',
      GERBANG_PUBLIC_URL: 'http://Pay.Example:8080/',
      GERBANG_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      GERBANG_DATA_DIR: '/var/lib/x',
      DATABASE_URL: 'postgres://u:p@db:5433/gerbang',
      GERBANG_MASTER_KEY: key.toUpperCase(),
      GERBANG_WORKERS: '1',
      GERBANG_METRICS_PORT: '9464',
      GERBANG_SEED: 'forty two',
      GERBANG_MERCHANT_KEY: 'SoSecret456',
      GERBANG_RATE_LIMIT_MERCHANT: '20',
      GERBANG_RATE_LIMIT_ADDRESS: '10:15',
      GERBANG_CARD_LIMITS: 'card=3/2h,bin=off,device=off,network=off,burst=off',
      GERBANG_UNKNOWN_MINUTES: '7',
      GERBANG_LOG: 'debug',
    })
    const { databaseUrl, masterKey, sandboxKey, ...plain } = config
    assert.deepEqual(plain, {
      mode: 'sandbox',
      host: '0.0.0.0',
      port: 0,
      publicUrl: 'http://pay.example:8080',
      trustedProxies: ['10.0.0.0/8', '::1'],
      dataDir: '/var/lib/x',
      seed: 'forty two',
      logLevel: 'debug',
      rateLimits: { merchant: { perSecond: 20, burst: 40 }, address: { perSecond: 10, burst: 15 } },
      cardLimits: [{ name: 'card', counts: 'declines', by: 'card', withinSeconds: 7_200, atMost: 3, isExact: true }],
      unknownMinutes: 7,
      metrics: { host: '127.0.0.1', port: 9464 },
    })
    assert.equal(databaseUrl?.reveal(), 'postgres://u:p@db:5433/gerbang')
    assert.equal(masterKey?.reveal().toString('hex'), key)
    assert.equal(sandboxKey?.reveal(), 'SoSecret456')
  })

  const wrong: readonly (readonly [setting: string, value: string, about: RegExp])[] = [
    ['GERBANG_MODE', 'production', /one of sandbox, live, got `production`/],
    ['GERBANG_PORT', '80a', /an integer from 0 to 65535, got `80a`/],
    ['GERBANG_PORT', '65536', /an integer/],
    ['GERBANG_PORT', '-1', /an integer/],
    ['GERBANG_PORT', '80.5', /an integer/],
    ['GERBANG_PUBLIC_URL', 'pay.example', /an http or https URL/],
    ['GERBANG_PUBLIC_URL', 'ftp://pay.example', /an http or https URL/],
    ['GERBANG_PUBLIC_URL', 'https://pay.example/shop', /without path/],
    ['GERBANG_PUBLIC_URL', 'https://pay.example/?a=1', /query/],
    ['GERBANG_TRUSTED_PROXIES', '10.0.0.0/8,everybody', /CIDR/],
    ['GERBANG_TRUSTED_PROXIES', '10.0.0.0/33', /CIDR/],
    ['DATABASE_URL', 'mysql://u@h/d', /a postgresql:\/\/ URL/],
    ['DATABASE_URL', 'postgresql://u@h:port/d', /a postgresql:\/\/ URL/],
    ['GERBANG_MASTER_KEY', 'short', /64 hex digits/],
    ['GERBANG_MASTER_KEY', 'g'.repeat(64), /64 hex digits/],
    ['GERBANG_WORKERS', '2', /not available yet/],
    ['GERBANG_METRICS_PORT', '8080', /not that of GERBANG_PORT, got `8080`/],
    ['GERBANG_METRICS_PORT', '70000', /a port, or an address and a port/],
    ['GERBANG_METRICS_PORT', 'metrics:9464', /a port, or an address/],
    ['GERBANG_METRICS_PORT', ':9464', /a port, or an address/],
    ['GERBANG_MERCHANT_KEY', 'short', /8 to 128 visible ASCII/],
    ['GERBANG_MERCHANT_KEY', 'with a blank', /8 to 128 visible ASCII/],
    ['GERBANG_RATE_LIMIT_MERCHANT', 'on', /`off`, requests per second, or these and a burst/],
    ['GERBANG_RATE_LIMIT_MERCHANT', '0', /from 1 to 999999, got `0`/],
    ['GERBANG_RATE_LIMIT_MERCHANT', '5:0', /burst/],
    ['GERBANG_RATE_LIMIT_ADDRESS', '10/s', /got `10\/s`/],
    ['GERBANG_RATE_LIMIT_ADDRESS', '1.5', /each from 1/],
    ['GERBANG_CARD_LIMITS', 'true', /`on`, `off`, or limits.*got `true`: `true` names none of card, bin/],
    ['GERBANG_CARD_LIMITS', 'card=5,speed=1/1h', /`card=5` is neither.*; `speed=1\/1h` names none of/],
    ['GERBANG_UNKNOWN_MINUTES', '0', /from 1 to 60, got `0`/],
    ['GERBANG_UNKNOWN_MINUTES', '61', /from 1 to 60/],
    ['GERBANG_UNKNOWN_MINUTES', '1.5', /a whole number/],
    ['GERBANG_LOG', 'loud', /one of silent, error, warn, info, debug/],
  ]
  for (const [name, value, about] of wrong)
    test(`${name}=${value} is refused by name`, () => {
      const mistakes = mistakesOf({ GERBANG_MASTER_KEY: key, [name]: value })
      assert.equal(mistakes.length, 1, mistakes.join('\n'))
      assert.ok(mistakes[0]?.startsWith(`${name}: `))
      assert.match(mistakes[0] ?? '', about)
    })

  test('every setting that can be wrong is tried above', () => {
    // A host is judged by the bind, a folder by its use, and any text is a seed.
    const any = new Set(['GERBANG_HOST', 'GERBANG_DATA_DIR', 'GERBANG_SEED'])
    const tried = new Set(wrong.map(([name]) => name))
    assert.deepEqual(
      settings.map(({ name }) => name).filter((name) => !any.has(name) && !tried.has(name)),
      [],
    )
  })

  test('metrics are for loopback unless an address is written out', () => {
    const metricsOf = (value: string) => readConfig({ GERBANG_METRICS_PORT: value }).metrics
    assert.deepEqual(metricsOf('9464'), { host: '127.0.0.1', port: 9464 })
    assert.deepEqual(metricsOf('0'), { host: '127.0.0.1', port: 0 })
    assert.deepEqual(metricsOf('0.0.0.0:9464'), { host: '0.0.0.0', port: 9464 })
    assert.deepEqual(metricsOf('[::1]:9464'), { host: '::1', port: 9464 })
  })

  test('a variable of ours that nobody reads is told, with the name that was meant', () => {
    const told = strangeSettings({
      GERBANG_METRCS_PORT: '9464',
      gerbang_mode: 'live',
      GERBANG_COLOUR_OF_THE_GATE: 'red',
      GERBANG_PORT: '1',
      GERBANG_URL: 'http://127.0.0.1:8080',
      GERBANG_MERCHANT_ID: 'X',
      PATH: '/bin',
    })
    assert.deepEqual(told, [
      'GERBANG_METRCS_PORT is no setting, and is ignored. Did you mean GERBANG_METRICS_PORT?',
      'gerbang_mode is no setting, and is ignored. Did you mean GERBANG_MODE?',
      'GERBANG_COLOUR_OF_THE_GATE is no setting, and is ignored.',
    ])
  })

  test('all mistakes are told at once', () => {
    const mistakes = mistakesOf(Object.fromEntries(wrong.map(([name, value]) => [name, value])))
    assert.deepEqual(new Set(mistakes.map((line) => line.split(':')[0])), new Set(wrong.map(([name]) => name)))
  })

  test('no mistake prints a secret', () => {
    const secrets = {
      DATABASE_URL: 'http://user:Hunter2-a@db/x',
      GERBANG_MASTER_KEY: `Hunter2-b${key}`,
      GERBANG_MERCHANT_KEY: 'Hunter2-c with blanks',
      GERBANG_PUBLIC_URL: 'https://user:Hunter2-d@pay.example',
    }
    const told = mistakesOf(secrets).join('\n')
    for (const name of Object.keys(secrets)) assert.ok(told.includes(name), name)
    assert.doesNotMatch(told, /Hunter2/)
  })

  test('what was read prints no secret either', () => {
    const config = readConfig({
      DATABASE_URL: 'postgres://u:Hunter2@db/x',
      GERBANG_MASTER_KEY: key,
      GERBANG_MERCHANT_KEY: 'Hunter2-key',
    })
    assert.doesNotMatch(inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config), /Hunter2|abab/)
  })

  suite('live mode', () => {
    test('starts with an https address and a master key, and logs more', () => {
      const { mode, publicUrl, logLevel } = readConfig(live)
      assert.deepEqual(
        { mode, publicUrl, logLevel },
        { mode: 'live', publicUrl: 'https://pay.example', logLevel: 'info' },
      )
    })

    test('needs both, and refuses a seed', () => {
      assert.deepEqual(
        mistakesOf({ GERBANG_MODE: 'live', GERBANG_SEED: 'x' }).map((line) => line.split(':')[0]),
        ['GERBANG_PUBLIC_URL', 'GERBANG_MASTER_KEY', 'GERBANG_SEED'],
      )
      assert.match(mistakesOf({ ...live, GERBANG_PUBLIC_URL: 'http://pay.example' }).join('\n'), /https:\/\//)
    })
  })

  suite('rate limits', () => {
    const usual = { perSecond: 500, burst: 1_000 }
    const proxies = { GERBANG_TRUSTED_PROXIES: '10.0.0.1' }

    test('are on in live mode, by address where proxies say whose it is', () => {
      assert.deepEqual(readConfig({ ...live, ...proxies }).rateLimits, { merchant: usual, address: usual })
      assert.deepEqual(readConfig(live).rateLimits, { merchant: usual, address: null })
      assert.deepEqual(readConfig({ ...live, GERBANG_RATE_LIMIT_ADDRESS: '7' }).rateLimits, {
        merchant: usual,
        address: { perSecond: 7, burst: 14 },
      })
    })

    test('are off in the sandbox, and where they are told so', () => {
      const off = { merchant: null, address: null }
      assert.deepEqual(readConfig(proxies).rateLimits, off)
      const told = { GERBANG_RATE_LIMIT_MERCHANT: 'off', GERBANG_RATE_LIMIT_ADDRESS: 'off' }
      assert.deepEqual(readConfig({ ...live, ...proxies, ...told }).rateLimits, off)
    })
  })

  suite('limits on cards', () => {
    const namesOf = (environment: Environment) => readConfig(environment).cardLimits?.map(({ name }) => name)

    test('are on in live mode, by network where proxies say whose it is', () => {
      assert.deepEqual(namesOf({ ...live, GERBANG_TRUSTED_PROXIES: '10.0.0.1' }), [
        'card',
        'bin',
        'network',
        'device',
        'burst',
      ])
      assert.deepEqual(namesOf(live), ['card', 'bin', 'device'])
      assert.deepEqual(namesOf({ ...live, GERBANG_CARD_LIMITS: 'network=5/1h' }), ['card', 'bin', 'network', 'device'])
      assert.equal(namesOf({ ...live, GERBANG_CARD_LIMITS: 'off' }), undefined)
    })

    test('are off in the sandbox unless they are asked for', () => {
      assert.equal(namesOf({}), undefined)
      assert.equal(namesOf({ GERBANG_CARD_LIMITS: 'on' })?.length, 5)
    })
  })

  test('a database of one’s own needs a master key of one’s own', () => {
    assert.match(
      mistakesOf({ DATABASE_URL: 'postgres://u@h/d' }).join('\n'),
      /^GERBANG_MASTER_KEY: needed with DATABASE_URL/,
    )
  })
})
