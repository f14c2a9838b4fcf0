#!/usr/bin/env node
import { StartProblem } from '../base/start-problem.ts'
import { GatewayRefusal } from '../client.ts'
import { commands } from './commands.ts'
import { gatewayUrl } from './connect.ts'
import { programVersion } from '../postgres/package-root.ts'
import { UsageError } from './usage.ts'

/** Exit codes (design 4.4). */
const failed = 1
const wrongUsage = 2

function help(): string {
  const lines = commands.map(({ usage, about }) => `  gerbang ${usage.padEnd(52)} ${about}`)
  return [
    'gerbang: a self-hosted payment gateway compatible with the Finpay Payment Gateway API',
    '',
    ...lines,
    '',
    '--json prints JSON. Exit code: 0 success, 1 the thing asked for failed, 2 wrong usage.',
    'The HTTP commands use GERBANG_URL, GERBANG_MERCHANT_ID and GERBANG_MERCHANT_KEY; the sandbox is the default.',
  ].join('\n')
}

/** Whatever was printed must be out before the process ends. */
async function run(words: readonly string[]): Promise<number> {
  const [first] = words
  if (first === undefined || ['help', '--help', '-h'].includes(first)) {
    process.stdout.write(`${help()}\n`)
    return first === undefined ? wrongUsage : 0
  }
  if (first === '--version') {
    process.stdout.write(`gerbang ${programVersion()}\n`)
    return 0
  }
  const command = commands.find(({ name }) => name.every((word, index) => words[index] === word))
  const group = commands.filter(({ name }) => name.length > 1 && name[0] === first)
  if (!command && group.length > 0) {
    const usages = group.map(({ usage }) => `usage: gerbang ${usage}`).join('\n')
    process.stderr.write(`gerbang: \`${first}\` needs one of\n${usages}\n`)
    return wrongUsage
  }
  if (command && words.includes('--help')) {
    process.stdout.write(`usage: gerbang ${command.usage}\n${command.about}\n`)
    return 0
  }
  if (!command) {
    process.stderr.write(`gerbang: there is no command \`${words.join(' ')}\`.\n\n${help()}\n`)
    return wrongUsage
  }
  try {
    return await command.run(words.slice(command.name.length))
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`gerbang: ${error.message}\nusage: gerbang ${command.usage}\n`)
      return wrongUsage
    }
    process.stderr.write(`gerbang: ${sentenceOf(error)}\n`)
    return failed
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof StartProblem) return error.message
  if (error instanceof GatewayRefusal) return `${error.message}${error.traceId ? ` (trace ${error.traceId})` : ''}`
  if (error instanceof TypeError && error.message === 'fetch failed') {
    return `No gateway answers at ${gatewayUrl()} (GERBANG_URL). Start one with \`gerbang serve\`.`
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

// A reader that has gone (`gerbang callbacks list | head`, a log pipe that broke) is no reason to stop.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await run(process.argv.slice(2))
