import type { Config } from './config.ts'
import { StartProblem } from './base/start-problem.ts'
import { type Sql, statement } from './postgres/database.ts'

const claim = statement(
  'mode.claim',
  `insert into setting (name, value)
   values ('mode', convert_to($1, 'UTF8'))
   on conflict do nothing`,
)

const find = statement(
  'mode.find',
  `select convert_from(value, 'UTF8') as mode
   from setting
   where name = 'mode'`,
)

/**
 * A database has one of the two lives, that of the first gateway that serves on it. In a sandbox's there is a
 * merchant whose key everybody knows, and money that nobody moved; and a sandbox on a live one would let a
 * simulated acquirer decide what became of real payments.
 *
 * @throws StartProblem when it has the other
 */
export async function claimMode(sql: Sql, mode: Config['mode']): Promise<void> {
  await sql.query(claim, [mode])
  const [row] = await sql.query<{ mode: string }>(find)
  if (row?.mode === mode) return
  throw new StartProblem(
    mode === 'live'
      ? 'This database is a sandbox’s: live mode needs one of its own.'
      : 'This database is that of a live gateway: a sandbox needs one of its own. GERBANG_MODE says which to start.',
  )
}
