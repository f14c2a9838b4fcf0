import { simulated } from './acquirer/simulated.ts'
import type { Config } from './config.ts'

/** The acquirers that a gateway of this mode has. Live mode has no connector yet. */
export function knownAcquirers(mode: Config['mode']): readonly string[] {
  return mode === 'sandbox' ? simulated.map(({ id }) => id) : []
}
