import { readConfig } from '../src/config.ts'
import { openGateway } from '../src/gateway.ts'
import { createLog } from '../src/log.ts'

/*
 * The gateway without its batches: one insert, one commit for each request, sixteen at once. What the
 * batches are worth is measured against this. A process of its own that prints its port.
 */

const gateway = await openGateway(readConfig(process.env), {
  log: createLog('warn'),
  say: () => undefined,
  batch: { lanes: 16, maxRows: 1 },
})
process.stdout.write(`${JSON.stringify({ port: Number(new URL(gateway.url).port) })}\n`)
process.once('SIGTERM', () => void gateway.close())
