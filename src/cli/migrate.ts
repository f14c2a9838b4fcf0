import { readConfig } from '../config.ts'
import { openForCommand } from '../open-database.ts'
import { print } from './print.ts'
import { read } from './usage.ts'

/** Brings the database to the schema of this release. A running gateway has done so already. */
export async function migrateCommand(words: readonly string[]): Promise<number> {
  const { values } = read(words, { json: { type: 'boolean' } }, 0)
  const { close } = await openForCommand(readConfig(process.env))
  await close()
  print(values.json, { migrated: true }, ['The database is at the schema of this release.'])
  return 0
}
