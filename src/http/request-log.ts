import type { FastifyBaseLogger } from 'fastify'

/** One line for each request: a warning where the fault is ours. */
export interface RequestLine {
  readonly method: string
  readonly route: () => string | null
  readonly status: number
  readonly merchantId: string | undefined
  readonly ms: number
}

const levels = ['info', 'warn'] as const

/** Writes the lines of requests, and does nothing for those whose level the log does not write. */
export function requestLog(log: FastifyBaseLogger) {
  const written = new Set(levels.filter((level) => writes(log.level, level)))
  return (logOf: () => FastifyBaseLogger, { method, route, status, merchantId, ms }: RequestLine): void => {
    const level = status >= 500 ? 'warn' : 'info'
    if (!written.has(level)) return
    logOf()[level]({ msg: 'request', method, route: route(), status, merchantId, ms: Math.round(ms * 10) / 10 })
  }
}

/** Whether a log at `threshold` writes a line of this level. */
function writes(threshold: string, level: 'info' | 'warn'): boolean {
  return ['trace', 'debug', 'info', ...(level === 'warn' ? ['warn'] : [])].includes(threshold)
}
