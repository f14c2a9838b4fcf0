import { type DestinationStream, type Logger, pino } from 'pino'
import type { LogLevel } from './config.ts'

/**
 * The program's log: one JSON object a line, with ids and never with bodies. The paths below are the third
 * layer against secrets in it, after types that do not print and doors that log nothing they were sent
 * (house style 4.11).
 */
export function createLog(level: LogLevel, stream?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    redact: {
      paths: [
        'authorization',
        'cookie',
        'pan',
        'cvv',
        'number',
        '*.authorization',
        '*.cookie',
        '*.pan',
        '*.cvv',
        '*.number',
      ],
      censor: '[redacted]',
    },
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return stream ? pino(options, stream) : pino(options)
}
