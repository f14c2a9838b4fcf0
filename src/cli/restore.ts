import { resolve } from 'node:path'
import { audit } from '../audit/audit.ts'
import { checkRestorable, restore } from '../backup/restore.ts'
import { type Config, readConfig } from '../config.ts'
import { existingMasterKey, masterKeyPath } from '../master-key.ts'
import { reachDatabase, type ReachedDatabase } from '../open-database.ts'
import { Database } from '../postgres/database.ts'
import { readMigrations } from '../postgres/migrate.ts'
import { cardSeals } from '../vault/card-seals.ts'
import { Cipher } from '../vault/cipher.ts'
import { passesCheck } from '../vault/master-key-check.ts'
import { storedCheck } from '../vault/store.ts'
import { print } from './print.ts'
import { read } from './usage.ts'

/**
 * Fills an empty database from a backup, compares the two, says whether the master key at hand opens it, and,
 * where it does, looks for what must never be, as `gerbang verify` does.
 */
export async function restoreCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { json: { type: 'boolean' } }, 1)
  const path = resolve(positionals[0] ?? '')
  const config = readConfig(process.env)
  const migrations = await readMigrations()
  const header = await checkRestorable(path, migrations)
  const reached = await reachDatabase(config, 'fill')
  try {
    const report = await restore(reached.connection, path, header, migrations)
    const { masterKey, findings } = await examine(config, reached)
    const rows = Object.values(report.tables).reduce((sum, each) => sum + each, 0)
    print(values.json, { file: path, ...report, masterKey, findings }, [
      `${rows} rows of ${Object.keys(report.tables).length} tables, as of ${report.madeAt}, restored and compared with the file`,
      report.from === report.to ? `schema ${report.to}` : `schema ${report.from}, brought to ${report.to}`,
      keyWords(masterKey, config),
      ...(findings === null
        ? []
        : [findings === 0 ? 'gerbang verify finds nothing' : `gerbang verify: ${findings} findings`]),
    ])
    return masterKey === 'wrong' || (findings ?? 0) > 0 ? 1 : 0
  } finally {
    await reached.close()
  }
}

/** `unused`: no gateway ever wrote to what was saved. */
type KeyState = 'opens it' | 'wrong' | 'missing' | 'unused'

/** `findings` is null where no key at hand reads what is sealed. */
async function examine(
  config: Config,
  { connection }: ReachedDatabase,
): Promise<{ masterKey: KeyState; findings: number | null }> {
  const key = config.masterKey ?? (await existingMasterKey(config.dataDir))
  const database = new Database(connection, 1)
  try {
    const check = await storedCheck(database)
    if (!check) return { masterKey: 'unused', findings: null }
    if (!key) return { masterKey: 'missing', findings: null }
    const cipher = new Cipher(key)
    if (!passesCheck(cipher, check)) return { masterKey: 'wrong', findings: null }
    const { unknownMinutes } = config
    const { total } = await audit(database, { cipher, openSeals: cardSeals(key), unknownMinutes }, 0)
    return { masterKey: 'opens it', findings: total }
  } finally {
    await database.close()
  }
}

function keyWords(state: KeyState, config: Config): string {
  const place = config.masterKey ? 'GERBANG_MASTER_KEY' : masterKeyPath(config.dataDir)
  const words: Readonly<Record<KeyState, string>> = {
    'opens it': `the master key opens it (${place})`,
    wrong: `THE MASTER KEY IS ANOTHER ONE (${place}): put the key of the saved database there before you start a gateway.`,
    missing: `THE MASTER KEY IS MISSING: put that of the saved database at ${place} before you start a gateway.`,
    unused: 'no master key was in use',
  }
  return words[state]
}
