import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { invariant } from '../base/invariant.ts'
import type { Secret } from '../base/secret.ts'
import { deriveKey, type KeyPurpose } from './derive-key.ts'

const algorithm = 'aes-256-gcm'
const keyLength = 32
const nonceLength = 12
const tagLength = 16

/**
 * AES-256-GCM under a key that is derived from the master key, or from a data key. A sealed value is
 *
 *     key version (1 byte) ‖ nonce (12, random) ‖ tag (16) ‖ ciphertext
 *
 * `aad` binds it to its place: a value that somebody copies into another merchant's row does not open.
 * Random nonces of 96 bits are good for 2^32 values under one key (NIST SP 800-38D, 8.3); the version
 * byte is there for a new key long before that.
 */
export class Cipher {
  readonly #key: Secret<Buffer>
  readonly keyVersion: number

  /** @param keyVersion 0 to 255, written into each value */
  constructor(key: Secret<Buffer>, keyVersion = 1, purpose: KeyPurpose = 'sealed values') {
    invariant(key.reveal().length === keyLength, 'a key has 32 bytes')
    invariant(Number.isInteger(keyVersion) && keyVersion >= 0 && keyVersion <= 255, 'a key version is one byte')
    this.#key = deriveKey(key, purpose)
    this.keyVersion = keyVersion
  }

  seal(plain: Buffer, aad: string): Buffer {
    const version = Buffer.of(this.keyVersion)
    const nonce = randomBytes(nonceLength)
    const cipher = createCipheriv(algorithm, this.#key.reveal(), nonce, { authTagLength: tagLength })
    cipher.setAAD(Buffer.concat([version, Buffer.from(aad)]))
    const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()])
    return Buffer.concat([version, nonce, cipher.getAuthTag(), ciphertext])
  }

  /** @throws Error with one message, whatever the cause: a wrong key, place, version or a changed byte */
  open(sealed: Buffer, aad: string): Buffer {
    try {
      const version = sealed.subarray(0, 1)
      invariant(version[0] === this.keyVersion, 'the value was sealed under this key')
      const nonce = sealed.subarray(1, 1 + nonceLength)
      const tag = sealed.subarray(1 + nonceLength, 1 + nonceLength + tagLength)
      const decipher = createDecipheriv(algorithm, this.#key.reveal(), nonce, { authTagLength: tagLength })
      decipher.setAAD(Buffer.concat([version, Buffer.from(aad)]))
      decipher.setAuthTag(tag)
      return Buffer.concat([decipher.update(sealed.subarray(1 + nonceLength + tagLength)), decipher.final()])
    } catch {
      throw new Error('A sealed value cannot be opened.')
    }
  }
}
