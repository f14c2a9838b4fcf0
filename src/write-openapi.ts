import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openApiText } from './openapi.ts'
import { packageRoot } from './postgres/package-root.ts'

// `npm run openapi` writes openapi.json anew from the routes' own schemas. With --check it writes nothing
// and fails where the file is not what they say.
const path = join(packageRoot(), 'openapi.json')
const text = await openApiText()
if (!process.argv.includes('--check')) {
  await writeFile(path, text)
} else if (text !== (await readFile(path, 'utf8').catch(() => ''))) {
  process.stderr.write('openapi.json is not what the routes say: run `npm run openapi` and look at its diff.\n')
  process.exitCode = 1
}
