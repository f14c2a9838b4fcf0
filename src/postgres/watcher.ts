import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * A shell that outlives us. It reads the number of the server process from a pipe that only we hold;
 * when the pipe ends, because we have closed it or because we are dead, however suddenly, it stops the
 * process that was named last and removes our temporary folders. A session of its own keeps it out of
 * reach of a Ctrl-C or a killed process group.
 */
export interface Watcher {
  /** Names the process to stop if we die; null when there is none. */
  guard(pid: number | null): void
  /** Ends the watch: what is guarded is stopped, and the folders are removed. */
  end(): Promise<void>
}

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one. `) Z ` in proc(5): a zombie, gone but for its number. */
const script = `
trap '' HUP INT TERM
pid=
while read -r line; do pid=$line; done
alive() {
  kill -0 "$pid" 2>/dev/null || return 1
  case "$(cat "/proc/$pid/stat" 2>/dev/null)" in *') Z '*) return 1;; esac
}
if [ -n "$pid" ]; then
  tenths=0
  kill -INT "$pid" 2>/dev/null
  while alive && [ $tenths -lt 120 ]; do
    sleep 0.1
    tenths=$((tenths + 1))
    [ $tenths -eq 60 ] && kill -QUIT "$pid" 2>/dev/null
    [ $tenths -eq 100 ] && kill -KILL "$pid" 2>/dev/null
  done
fi
[ $# -gt 0 ] && rm -rf -- "$@"
exit 0
`

/** Starts a watcher that removes `folders` at the end. */
export function startWatcher(folders: readonly string[]): Watcher {
  const shell = spawn('/bin/sh', ['-c', script, 'gerbang-watcher', ...folders], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  })
  const exited = once(shell, 'exit')
  // A shell that is missing or was killed leaves us unwatched, no more: the next start finds what is left.
  exited.catch(() => undefined)
  shell.stdin.on('error', () => undefined)
  shell.unref()
  return {
    guard: (pid) => void shell.stdin.write(`${pid ?? ''}\n`),
    end: async () => {
      shell.ref()
      shell.stdin.end()
      if (shell.exitCode === null && shell.signalCode === null) await exited.catch(() => undefined)
    },
  }
}
