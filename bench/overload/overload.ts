import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packageRoot } from '../../src/postgres/package-root.ts'
import type { Step, StepResult } from './generator.ts'
import { overloadPicture } from './picture.ts'

/*
 * What becomes of orders when more are offered than can be opened: `npm run bench:overload`. A gateway with
 * its own database in one process, the load in another, loopback only. First the capacity is measured with 64
 * connections that wait for their answers; then orders are offered in steps at a rate that waits for nobody,
 * and at last half the capacity again, to see it recover. Writes docs/overload.svg.
 */

const { values } = parseArgs({
  options: {
    /** How long each step lasts. */
    seconds: { type: 'string', default: '5' },
    /** Offered load as parts of the capacity, separated by commas. */
    steps: { type: 'string', default: '0.25,0.5,0.75,1,1.25,1.5,2,2.5,3' },
    /** Where the picture goes; `none` draws none. */
    picture: { type: 'string', default: join(packageRoot(), 'docs', 'overload.svg') },
  },
})
const seconds = Number(values.seconds)
const factors = values.steps.split(',').map(Number)
const authorization = `Basic ${Buffer.from('FINPAY770:SoSecret123').toString('base64')}`

const folder = mkdtempSync(join(tmpdir(), 'gerbang-overload-'))
chmodSync(folder, 0o777)
const gateway = spawn(process.execPath, [join(packageRoot(), 'dist/src/cli/main.js'), 'serve'], {
  env: { PATH: process.env['PATH'], GERBANG_PORT: '0', GERBANG_DATA_DIR: join(folder, 'data'), GERBANG_LOG: 'silent' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const generator = fork(join(import.meta.dirname, 'generator.js'))
try {
  await run(await servedUrl(gateway))
} finally {
  generator.disconnect()
  const ended = once(gateway, 'exit')
  if (gateway.exitCode === null && gateway.kill('SIGTERM')) await ended
  rmSync(folder, { recursive: true, force: true })
}

async function run(url: string): Promise<void> {
  say(`Node ${process.version}, ${availableParallelism()} cores, steps of ${seconds} s`)
  await measure(url, null, Math.min(3, seconds), 'warm')
  const { result } = await measure(url, null, seconds, 'capacity')
  const capacity = result.accepted / result.seconds
  say(`capacity with 64 connections: ${count(capacity)} orders/s\n`)
  say('    load   offered/s  accepted/s  refused/s  unsent/s  failed  p50 ms  p99 ms  p99 of refused  Node MB')
  const points = []
  for (const factor of [...factors, 0.5]) {
    const isRecovery = points.length === factors.length
    const { result, memoryMb } = await measure(url, capacity * factor, seconds, `step${points.length}`)
    const { offered, accepted, refused, failed, unsent, unanswered, acceptedP50, acceptedP99, refusedP99 } = result
    const per = (value: number) => value / result.seconds
    say(
      [
        `${isRecovery ? 'after ' : ''}${factor}x`.padStart(8),
        count(per(offered)).padStart(12),
        count(per(accepted)).padStart(12),
        count(per(refused)).padStart(11),
        count(per(unsent)).padStart(10),
        String(failed + unanswered).padStart(8),
        acceptedP50.toFixed(1).padStart(8),
        acceptedP99.toFixed(1).padStart(8),
        refusedP99.toFixed(1).padStart(16),
        memoryMb.toFixed(0).padStart(9),
      ].join(''),
    )
    points.push({
      offered: per(offered),
      accepted: per(accepted),
      refused: per(refused + unsent),
      p99: acceptedP99,
    })
  }
  if (values.picture === 'none') return
  writeFileSync(values.picture, overloadPicture(points.slice(0, factors.length), 'The gateway under overload'))
  say(`\n${values.picture} is written.`)
}

/** Runs one step in the generator, and looks meanwhile at how much memory the gateway takes. */
async function measure(
  url: string,
  perSecond: number | null,
  forSeconds: number,
  name: string,
): Promise<{ result: StepResult; memoryMb: number }> {
  let memoryMb = 0
  const watching = setInterval(() => (memoryMb = Math.max(memoryMb, residentMb(gateway))), 200)
  const step: Step = { url, authorization, perSecond, seconds: forSeconds, name }
  generator.send(step)
  const [result] = (await once(generator, 'message')) as [StepResult]
  clearInterval(watching)
  return { result, memoryMb }
}

async function servedUrl({ stdout }: ChildProcess): Promise<string> {
  let said = ''
  for await (const text of stdout ?? []) {
    said += String(text)
    const [, url] = /^Gerbang serves (\S+) in sandbox mode\.$/m.exec(said) ?? []
    if (url) return url
  }
  throw new Error(`The gateway ended: ${said}`)
}

/** Linux only; elsewhere the column is 0. */
function residentMb({ pid }: ChildProcess): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024
  } catch {
    return 0
  }
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
