import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fastify } from 'fastify'
import type { ApiDeps } from './api/deps.ts'
import { apiRoutes } from './api/routes.ts'
import { collectRoutes, describeRoutes, type RegisteredRoute } from './http/openapi.ts'
import { packageRoot } from './postgres/package-root.ts'
import { type SandboxDeps, sandboxRoutes } from './sandbox/routes.ts'

const about = {
  title: 'Gerbang',
  description:
    'A self-hosted payment gateway, compatible with the Finpay Payment Gateway API. It is not made or endorsed by ' +
    'Finpay; COMPATIBILITY.md says what is documented, what was observed and what is our own choice. The sandbox ' +
    'calls are there in sandbox mode only.',
  serverUrl: 'http://127.0.0.1:8080',
  tags: [
    { name: 'Payment', description: 'Opening a payment' },
    { name: 'Direct 3-D Secure', description: 'Card payments whose payer the merchant takes to the bank itself' },
    { name: 'Stored cards', description: 'Cards that customers keep with a merchant' },
    { name: 'Direct debit', description: 'Accounts that customers link with a merchant' },
    { name: 'Plans', description: "Recurring payments: Gerbang's own calls, as the contract has none" },
    { name: 'Open numbers', description: 'Numbers to which any amount can be paid' },
    { name: 'After payment', description: 'What became of it' },
    { name: 'Sandbox', description: 'The scripted payer, the log, the callbacks and the clock' },
  ],
} as const

/**
 * Every route of the two doors that speak JSON, from the registration itself. The doors look at what they
 * work with only when a request comes, so nothing has to be there for it.
 */
export async function jsonRoutes(): Promise<readonly RegisteredRoute[]> {
  const app = fastify()
  const routes = collectRoutes(app)
  const nothing: unknown = { payer: { payments: {} } }
  await app.register(apiRoutes(nothing as ApiDeps))
  await app.register(sandboxRoutes(nothing as SandboxDeps))
  await app.ready()
  await app.close()
  return routes
}

/** The text of openapi.json. */
export async function openApiText(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }
  return `${JSON.stringify(describeRoutes(await jsonRoutes(), { ...about, version }), null, 2)}\n`
}
