import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { StartProblem } from '../base/start-problem.ts'

/** Whom the PostgreSQL server runs as, where that is not whom we run as. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** True where we must hand the server to somebody else: PostgreSQL refuses to run as root. */
export function weAreRoot(): boolean {
  return process.getuid?.() === 0
}

/**
 * The user `postgres` or else `nobody`.
 *
 * @throws StartProblem on a machine that has neither
 */
export function serverUser(): ServerUser {
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid && gid && Number(uid) > 0) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new StartProblem(
    'PostgreSQL refuses to run as root and this machine has neither a user "postgres" nor a user "nobody": start the gateway as an ordinary user, or give it a database with DATABASE_URL.',
  )
}

/** `initdb` looks its own user up; a container that runs under a bare number has none. */
export function requireOwnName(): void {
  try {
    userInfo()
  } catch {
    throw new StartProblem(
      `PostgreSQL needs a user name and the number that this process runs under (${process.getuid?.()}) has none in /etc/passwd: run as a user that has one, or give the gateway a database with DATABASE_URL.`,
    )
  }
}

/** True if `user` can pass through the folder, or run the file, at `path`. Asked of the kernel, which knows about ACLs. */
export function reaches(user: ServerUser, path: string): boolean {
  const { status } = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { ...user, cwd: '/', stdio: 'ignore' })
  return status === 0
}
