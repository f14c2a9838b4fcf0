import { systemClock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { StartProblem } from '../base/start-problem.ts'
import { type Config, keyForm, readConfig } from '../config.ts'
import { isMerchantId, keyOverlapMs } from '../merchant/merchant.ts'
import { freeRoute, insert, list, rotateKey } from '../merchant/store.ts'
import { openForCommand } from '../open-database.ts'
import type { Database } from '../postgres/database.ts'
import { parseDuration } from '../base/duration.ts'
import { randomKey } from '../sandbox-merchant.ts'
import { Cipher } from '../vault/cipher.ts'
import { isMasterKeyOf } from '../vault/master-key-check.ts'
import { print } from './print.ts'
import { read, UsageError } from './usage.ts'

const json = { type: 'boolean' } as const

/** Adds a merchant and prints its key: the only time that the key is shown. */
export async function merchantCreate(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { name: { type: 'string' }, key: { type: 'string' }, json }, 1)
  const [merchantId = ''] = positionals
  if (!isMerchantId(merchantId)) {
    throw new UsageError('A merchant id has 1 to 32 letters, digits, dots, dashes and underscores.')
  }
  const key = keyOf(values.key)
  return withDatabase(async (database, cipher) => {
    const merchant = { merchantId, name: values.name ?? merchantId, key, route: await freeRoute(database) }
    if (!(await insert(database, cipher, merchant, systemClock.machine()))) {
      throw new StartProblem(`There is a merchant ${merchantId} already.`)
    }
    const shown = { id: merchantId, name: merchant.name, key: key.reveal() }
    print(values.json, shown, [`merchant id   ${merchantId}`, `merchant key  ${shown.key}`])
    return 0
  })
}

export async function merchantList(words: readonly string[]): Promise<number> {
  const { values } = read(words, { json }, 0)
  return withDatabase(async (database, cipher) => {
    const merchants = (await list(database, cipher)).map(({ merchantId, name, channels }) => ({
      id: merchantId,
      name,
      channels,
    }))
    print(
      values.json,
      { merchants },
      merchants.map(({ id, name, channels }) => `${id}  ${name}  ${channels.join(',')}`),
    )
    return 0
  })
}

/** Gives a merchant a new key. Both keys authenticate until the overlap is over (design part 5). */
export async function merchantRotateKey(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { key: { type: 'string' }, overlap: { type: 'string' }, json }, 1)
  const [merchantId = ''] = positionals
  const overlapMs = values.overlap === undefined ? keyOverlapMs : parseDuration(values.overlap)
  if (overlapMs === undefined) throw new UsageError('--overlap takes an ISO 8601 duration such as PT24H.')
  const key = keyOf(values.key)
  return withDatabase(async (database, cipher) => {
    const until = new Date(systemClock.machine().getTime() + overlapMs)
    if (!(await rotateKey(database, cipher, merchantId, key, until))) {
      throw new StartProblem(`There is no merchant ${merchantId}.`)
    }
    const shown = { id: merchantId, key: key.reveal(), previousKeyUntil: until.toISOString() }
    print(values.json, shown, [`merchant key  ${shown.key}`, `the old key is valid until ${shown.previousKeyUntil}`])
    return 0
  })
}

function keyOf(given: string | undefined): Secret<string> {
  if (given === undefined) return randomKey()
  if (!keyForm.test(given)) throw new UsageError('A key has 8 to 128 visible ASCII characters.')
  return new Secret(given)
}

/** Opens the database for a command, with the cipher that it was sealed under. */
export async function withDatabase(
  work: (database: Database, cipher: Cipher, masterKey: Secret<Buffer>, config: Config) => Promise<number>,
): Promise<number> {
  const config = readConfig(process.env)
  const { database, masterKey, close } = await openForCommand(config)
  try {
    const cipher = new Cipher(masterKey)
    if (!(await isMasterKeyOf(database, cipher))) {
      throw new StartProblem('GERBANG_MASTER_KEY is not the key that this database was sealed under.')
    }
    return await work(database, cipher, masterKey, config)
  } finally {
    await close()
  }
}
