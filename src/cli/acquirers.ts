import { StartProblem } from '../base/start-problem.ts'
import { knownAcquirers } from '../known-acquirers.ts'
import { putAcquirer, removeAcquirer, setFraudSystems } from '../merchant/acquirer-store.ts'
import { isAcquirerName, type MerchantAcquirer } from '../merchant/merchant-acquirer.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { find } from '../merchant/store.ts'
import type { Database } from '../postgres/database.ts'
import type { Cipher } from '../vault/cipher.ts'
import { withDatabase } from './merchant.ts'
import { print } from './print.ts'
import { read, UsageError } from './usage.ts'

const json = { type: 'boolean' } as const
const text = { type: 'string' } as const

/** Shows a merchant's acquirers in the order in which they are asked. */
export async function acquirersList(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { json }, 1)
  return withMerchant(positionals[0], async (_database, merchant) => show(values.json, merchant))
}

/** What is not said keeps its value, so that one word changes one thing; `all` takes a restriction away. */
export async function acquirerSet(words: readonly string[]): Promise<number> {
  const options = {
    acquirer: text,
    priority: text,
    bins: text,
    schemes: text,
    min: text,
    max: text,
    disable: json,
    enable: json,
    json,
  } as const
  const { values, positionals } = read(words, options, 2)
  const [merchantId, name = ''] = positionals
  if (!isAcquirerName(name)) throw new UsageError('An acquirer is called by 1 to 40 letters and digits.')
  const rules = {
    ...(values.acquirer !== undefined && { acquirerId: values.acquirer }),
    ...(values.priority !== undefined && { priority: priorityOf(values.priority) }),
    ...(values.bins !== undefined && { bins: listOf('--bins', values.bins, /^\d{6}$/, 'six digits each') }),
    ...(values.schemes !== undefined && { schemes: listOf('--schemes', values.schemes, /^[A-Z]+$/, 'such as VISA') }),
    ...(values.min !== undefined && { minMinor: amountOf('--min', values.min) }),
    ...(values.max !== undefined && { maxMinor: amountOf('--max', values.max) }),
    ...((values.disable || values.enable) && { isEnabled: !values.disable }),
  }
  return withMerchant(merchantId, async (database, merchant, { again, known }) => {
    const before = merchant.acquirers.find((each) => each.name === name)
    const acquirer: MerchantAcquirer = { ...unrestricted, acquirerId: name, name, ...before, ...rules }
    refuseUnknown(acquirer.acquirerId, known)
    if (acquirer.minMinor !== null && acquirer.maxMinor !== null && acquirer.minMinor > acquirer.maxMinor)
      throw new UsageError('--min is above --max.')
    const other = merchant.acquirers.find((each) => each.acquirerId === acquirer.acquirerId && each.name !== name)
    if (other) throw new StartProblem(`${merchant.merchantId} has ${acquirer.acquirerId} already, as ${other.name}.`)
    await putAcquirer(database, merchant.merchantId, acquirer)
    return show(values.json, await again())
  })
}

export async function acquirerRemove(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { json }, 2)
  const [merchantId, name = ''] = positionals
  return withMerchant(merchantId, async (database, merchant, { again }) => {
    if (!(await removeAcquirer(database, merchant.merchantId, name)))
      throw new StartProblem(`${merchant.merchantId} has no acquirer ${name}.`)
    return show(values.json, await again())
  })
}

export async function fraudSystems(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { set: text, json }, 1)
  const systems = values.set === undefined ? undefined : values.set.split(',').filter(Boolean)
  if (systems && !systems.every(isAcquirerName))
    throw new UsageError('A fraud system is called by 1 to 40 letters and digits.')
  return withMerchant(positionals[0], async (database, merchant) => {
    if (systems) await setFraudSystems(database, merchant.merchantId, systems)
    const shown = systems ?? merchant.fraudSystems
    print(values.json, { id: merchant.merchantId, fraudSystems: shown }, shown.length > 0 ? shown : ['none'])
    return 0
  })
}

const unrestricted = { priority: 100, bins: null, schemes: null, minMinor: null, maxMinor: null, isEnabled: true }

interface More {
  /** Reads the merchant again. */
  readonly again: () => Promise<Merchant>
  /** The acquirers of the gateway. */
  readonly known: readonly string[]
}

async function withMerchant(
  merchantId: string | undefined,
  work: (database: Database, merchant: Merchant, more: More) => Promise<number>,
): Promise<number> {
  return withDatabase(async (database, cipher, _masterKey, { mode }) => {
    const again = async () => mustFind(database, cipher, merchantId ?? '')
    return work(database, await again(), { again, known: knownAcquirers(mode) })
  })
}

async function mustFind(database: Database, cipher: Cipher, merchantId: string): Promise<Merchant> {
  const merchant = await find(database, cipher, merchantId)
  if (!merchant) throw new StartProblem(`There is no merchant ${merchantId}.`)
  return merchant
}

function show(asJson: boolean | undefined, { merchantId, acquirers }: Merchant): number {
  const sorted = acquirers.toSorted((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1))
  const told = sorted.map((each) => ({
    name: each.name,
    acquirer: each.acquirerId,
    priority: each.priority,
    bins: each.bins,
    schemes: each.schemes,
    min: each.minMinor?.toString() ?? null,
    max: each.maxMinor?.toString() ?? null,
    enabled: each.isEnabled,
  }))
  const lines = told.map(({ name, acquirer, priority, bins, schemes, min, max, enabled }) =>
    [
      `${name}  ${acquirer}  priority ${priority}`,
      ...(bins ? [`bins ${bins.join(',')}`] : []),
      ...(schemes ? [`schemes ${schemes.join(',')}`] : []),
      ...(min === null ? [] : [`from ${min}`]),
      ...(max === null ? [] : [`to ${max}`]),
      ...(enabled ? [] : ['disabled']),
    ].join('  '),
  )
  print(
    asJson,
    { id: merchantId, acquirers: told },
    lines.length > 0 ? lines : ["none: everything goes to the gateway's first"],
  )
  return 0
}

function refuseUnknown(id: string, known: readonly string[]): void {
  if (known.includes(id)) return
  const which = known.length > 0 ? `it is one of ${known.join(', ')}` : 'live mode has none yet'
  throw new UsageError(`--acquirer says which of the gateway's acquirers it is: ${which}.`)
}

function priorityOf(given: string): number {
  if (!/^[1-9]\d{0,2}$/.test(given)) throw new UsageError('--priority takes 1 to 999; the lowest is asked first.')
  return Number(given)
}

function listOf(option: string, given: string, form: RegExp, like: string): readonly string[] | null {
  if (given === 'all') return null
  const words = given.split(',')
  if (!words.every((word) => form.test(word))) throw new UsageError(`${option} takes a list, ${like}, or all.`)
  return words
}

function amountOf(option: string, given: string): bigint | null {
  if (given === 'all') return null
  if (!/^[1-9]\d{0,13}$/.test(given)) throw new UsageError(`${option} takes whole rupiah, or all.`)
  return BigInt(given)
}
