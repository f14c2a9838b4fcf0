import { spawn, type ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartProblem } from '../base/start-problem.ts'
import { serverEnvironment } from './cluster.ts'
import type { Home } from './home.ts'
import { clearLeftover } from './leftover.ts'
import type { Watcher } from './watcher.ts'

/**
 * What the server runs with. Durable whatever its files say (invariant 1), reachable by its socket alone.
 * Its log keeps to its own life: messages about statements can quote values of the rows (design part 8).
 */
const settings = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  shared_buffers: '128MB',
  // What initdb would have set for segments of the usual size.
  max_wal_size: '1GB',
  min_wal_size: '80MB',
  max_connections: '100',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  logging_collector: 'off',
  log_destination: 'stderr',
}

/** The longest pause before a server that died is started again. */
const longestPauseMs = 2_000

/** A server that is not gone by then, killed and all, is left to the operating system. */
const longestStopMs = 8_000

/** A running PostgreSQL and the one who starts it again when it dies. */
export class Server {
  readonly #home: Home
  readonly #socketDir: string
  readonly #watcher: Watcher
  readonly #log: (sentence: string) => void
  #process: ChildProcess | undefined
  readonly #stopped = new AbortController()
  /** The start that is under way, so that `stop` does not leave it behind. */
  #starting: Promise<void> = Promise.resolve()

  constructor(home: Home, socketDir: string, watcher: Watcher, log: (sentence: string) => void) {
    this.#home = home
    this.#socketDir = socketDir
    this.#watcher = watcher
    this.#log = log
  }

  /** The server's process number; it changes when the server has been started anew. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** @throws StartProblem with what PostgreSQL says when it does not start */
  async start(): Promise<void> {
    await this.#clear()
    for (let tries = 1; ; tries += 1) {
      const failure = await this.#launch()
      if (failure === null) return
      // The last processes of a killed server hold its memory for a moment and PostgreSQL waits for no one.
      const passing = /shared memory block|lock file .* already exists/.test(failure)
      if (!passing || tries === 50 || this.#stopped.signal.aborted)
        throw new StartProblem(`PostgreSQL does not start: ${failure}`)
      await sleep(100)
      await this.#clear()
    }
  }

  /** Stops the server within 8 seconds: connections are ended, and what is committed is kept. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    const running = this.#process
    if (!running) {
      await this.#starting.catch(() => undefined)
      return
    }
    const exited = exitOf(running)
    running.ref()
    pipeOf(running)?.ref()
    running.kill('SIGINT')
    const impatience = [
      setTimeout(() => running.kill('SIGQUIT'), 5_000),
      setTimeout(() => running.kill('SIGKILL'), 7_000),
    ]
    // Its own processes may hang on a disk that does, and hold its pipe open beyond its death.
    const over = new AbortController()
    await Promise.race([exited, sleep(longestStopMs, undefined, { signal: over.signal }).catch(() => undefined)])
    over.abort()
    impatience.forEach(clearTimeout)
    pipeOf(running)?.destroy()
    await this.#starting.catch(() => undefined)
  }

  #clear(): Promise<void> {
    return clearLeftover({ cluster: this.#home.cluster, socketDir: this.#socketDir }, this.#log)
  }

  /** Starts the process and waits until it takes connections; otherwise says why it ended. */
  async #launch(): Promise<string | null> {
    const { binaries, cluster, user } = this.#home
    const all = { ...settings, unix_socket_directories: this.#socketDir }
    const server = spawn(
      join(binaries, 'bin', 'postgres'),
      ['-D', cluster, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...user, cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'pipe'], env: serverEnvironment },
    )
    this.#process = server
    this.#watcher.guard(server.pid ?? null)
    const exited = exitOf(server)
    const ready = new Promise<string | null>((resolve) => {
      let said = ''
      server.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-4_096)
        if (said.includes('ready to accept connections')) resolve(null)
      })
      void exited.then((reason) => resolve(fatalLine(said) ?? reason))
    })
    void exited.finally(() => {
      if (this.#process === server) this.#process = undefined
      this.#watcher.guard(null)
    })
    if (this.#stopped.signal.aborted) server.kill('SIGINT')
    const failure = await ready
    if (failure !== null) return failure
    // The server alone keeps no program running: one that ends without stopping it has the watcher.
    server.unref()
    pipeOf(server)?.unref()
    void exited.then((reason) => this.#died(reason))
    return null
  }

  #died(reason: string): void {
    if (this.#stopped.signal.aborted) return
    this.#log(`PostgreSQL ended unexpectedly (${reason}); it is started again.`)
    this.#starting = this.#startAgain()
  }

  async #startAgain(): Promise<void> {
    for (let pauseMs = 20; !this.#stopped.signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        await sleep(pauseMs, undefined, { ref: false, signal: this.#stopped.signal })
        await this.start()
        this.#log('PostgreSQL runs again.')
        return
      } catch (error) {
        if (this.#stopped.signal.aborted) return
        this.#log(error instanceof Error ? error.message : String(error))
      }
    }
  }
}

function pipeOf(child: ChildProcess): Socket | undefined {
  return child.stderr instanceof Socket ? child.stderr : undefined
}

/** Resolves with how the process ended, or why it could not be started. */
function exitOf(child: ChildProcess): Promise<string> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve('it has ended')
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`))
  })
}

function fatalLine(said: string): string | undefined {
  return /(?:FATAL|PANIC|error while loading[^:]*):\s*(.+)/.exec(said)?.[1] ?? said.trim().split('\n').at(-1)
}
