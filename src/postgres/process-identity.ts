import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What tells a running process from a later one with the same number: when it began, in this boot.
 * Undefined: there is no such process, or it is a zombie, which holds nothing but its number (in a
 * container whose first process reaps nobody, zombies stay).
 */
export function identityOf(pid: number): string | undefined {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

/** True while the process that had this identity runs. */
export function runs(pid: number, identity: string): boolean {
  return identityOf(pid) === identity
}

/** Waits until the process is gone, at most `timeoutMs`; false if it is still there then. */
export async function gone(pid: number, identity: string, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (runs(pid, identity)) {
    if (performance.now() > deadline) return false
    await sleep(10)
  }
  return true
}

/** proc(5): the state is field 3 and the start time field 22; field 2, the name, may hold blanks and parentheses. */
function fromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
    return /^[ZX]/.test(fields[0] ?? '') ? undefined : `${boot}.${fields[19]}`
  } catch {
    return undefined
  }
}

function fromPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
  const [, state, began] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout ?? '') ?? []
  return !began || state?.startsWith('Z') ? undefined : began.replace(/\W+/g, '.')
}
