import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'
import { packageRoot } from './package-root.ts'
import { describeSchema } from './schema.ts'

// `npm run schema` writes schema.sql anew from the migrations, in a database that goes away again. With
// --check it writes nothing and fails where the file is not what the migrations make.
const path = join(packageRoot(), 'schema.sql')
const server = await startEmbedded({ temporary: true })
try {
  await migrate(server.connection)
  const schema = await describeSchema(server.connection)
  if (!process.argv.includes('--check')) {
    await writeFile(path, schema)
  } else if (schema !== (await readFile(path, 'utf8').catch(() => ''))) {
    process.stderr.write('schema.sql is not what the migrations make: run `npm run schema` and look at its diff.\n')
    process.exitCode = 1
  }
} finally {
  await server.stop()
}
