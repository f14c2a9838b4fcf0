import { resolve } from 'node:path'
import { backUp } from '../backup/back-up.ts'
import { systemClock } from '../base/clock.ts'
import { readConfig } from '../config.ts'
import { masterKeyPath } from '../master-key.ts'
import { reachDatabase } from '../open-database.ts'
import { programVersion } from '../postgres/package-root.ts'
import { print } from './print.ts'
import { read } from './usage.ts'

/** Backs the database up while a gateway may be running on it, and says what the file does not hold. */
export async function backupCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { json: { type: 'boolean' } }, 1)
  const path = resolve(positionals[0] ?? '')
  const config = readConfig(process.env)
  const { connection, close } = await reachDatabase(config, 'read')
  try {
    const report = await backUp(connection, path, { clock: systemClock, program: programVersion() })
    const key = config.masterKey ? 'GERBANG_MASTER_KEY' : masterKeyPath(config.dataDir)
    const rows = Object.values(report.tables).reduce((sum, each) => sum + each, 0)
    const shown = { file: path, ...report, masterKey: { included: false, keep: key } }
    print(values.json, shown, [
      `${path}: ${rows} rows of ${Object.keys(report.tables).length} tables in ${report.bytes} bytes, at migration ${report.migration}`,
      'THE MASTER KEY IS NOT IN IT, and without the key nobody can use it.',
      `Keep the key too, in another place: ${key}`,
    ])
    return 0
  } finally {
    await close()
  }
}
