import { readConfig, strangeSettings } from '../config.ts'
import { openGateway } from '../gateway.ts'
import { createLog } from '../log.ts'
import { firstOrder } from '../wire/first-order.ts'
import { isLoopback } from '../base/loopback.ts'
import { read } from './usage.ts'

/** Starts the gateway and serves until SIGTERM or SIGINT. */
export async function serve(words: readonly string[]): Promise<number> {
  read(words, {}, 0)
  const config = readConfig(process.env)
  const say = (sentence: string) => void process.stderr.write(`gerbang: ${sentence}\n`)
  for (const sentence of strangeSettings(process.env)) say(sentence)
  const stopped = signal()
  const gateway = await openGateway(config, { log: createLog(config.logLevel), say })
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
