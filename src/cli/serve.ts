import { readConfig, strangeSettings } from '../config.ts'
import { setFlagsFromString } from 'node:v8'
import { requireFree } from '../listening.ts'
import { openDatabase } from '../open-database.ts'
import { firstOrder } from '../wire/first-order.ts'
import { isLoopback } from '../base/loopback.ts'
import { read } from './usage.ts'

/**
 * The heap grows by half between two collections of the whole, not fourfold: 100,000 orders leave a process of
 * 145 MB and not 230, for 3 % of the orders a second.
 */
const heapGrowth = '--heap-growing-percent=50'

/** Starts the gateway and serves until SIGTERM or SIGINT. */
export async function serve(words: readonly string[]): Promise<number> {
  read(words, {}, 0)
  const config = readConfig(process.env)
  const say = (sentence: string) => void process.stderr.write(`gerbang: ${sentence}\n`)
  for (const sentence of strangeSettings(process.env)) say(sentence)
  setFlagsFromString(heapGrowth)
  const stopped = signal()
  await requireFree(config)
  // PostgreSQL starts while the rest of the program is being read, which takes longer.
  const opening = openDatabase(config, { say })
  const loaded = Promise.all([import('../gateway.ts'), import('../log.ts')])
  await opening
  const [{ openGateway }, { createLog }] = await loaded
  const gateway = await openGateway(config, { log: createLog(config.logLevel), say, opening })
  const { merchant, publicUrl, metricsUrl } = gateway
  process.stdout.write(`Gerbang serves ${publicUrl} in ${config.mode} mode.\n`)
  if (metricsUrl) process.stdout.write(`Metrics are at ${metricsUrl}.\n`)
  if (merchant) {
    const key = merchant.key.reveal()
    process.stdout.write(
      [
        '',
        `  merchant id   ${merchant.merchantId}`,
        `  merchant key  ${key}`,
        `  test cards    ${publicUrl}/sandbox/cards`,
        '',
        'A first order:',
        '',
        firstOrder(publicUrl, merchant.merchantId, key),
        '',
        '',
      ].join('\n'),
    )
    if (!isLoopback(config.host)) {
      say(
        `the sandbox is reachable from other machines (${config.host}); it takes no real cards and is no place for real orders.`,
      )
    }
  } else {
    process.stdout.write('No acquirer is configured: card payments are answered 403 4030001.\n')
  }
  await stopped
  await gateway.close()
  return 0
}

/** Resolves at the first signal to stop; a second one ends the process at once. */
function signal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = 0
    const stop = () => {
      asked += 1
      if (asked > 1) process.exit(1)
      resolve()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}
