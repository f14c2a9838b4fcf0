import { hash } from 'node:crypto'

/**
 * SHA-256 in one call. Asked for as a buffer it would come with memory of its own, which costs the collector
 * more than the hash cost the processor; text goes into the pool that small buffers share.
 */
export function sha256(data: string | Buffer): Buffer {
  return Buffer.from(hash('sha256', data, 'hex'), 'hex')
}
