import type { FastifyInstance } from 'fastify'
import { Problem } from '../base/problem.ts'
import { Type } from '../base/schema.ts'
import { type Sql, statement } from '../postgres/database.ts'
import { answerProblems } from './problem-answer.ts'

const State = Type.Object({ status: Type.String() })
const reachable = statement('operation.ready', 'select version from migration order by version desc limit 1')

/** What a supervisor asks: is it alive, and may it get requests. Everything unknown ends here too. */
export function operationRoutes(sql: Sql) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get(
      '/healthz',
      { config: { fromAnySite: true }, schema: { hide: true, response: { 200: State } } },
      async () => ({ status: 'alive' }),
    )
    await app.register(async (ready) => {
      answerProblems(ready)
      ready.get(
        '/readyz',
        { config: { fromAnySite: true }, schema: { hide: true, response: { 200: State } } },
        async () => {
          if ((await sql.query(reachable)).length === 0) throw new Problem('unavailable')
          return { status: 'ready' }
        },
      )
    })
  }
}
