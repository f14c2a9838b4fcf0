import type { Secret } from '../base/secret.ts'
import { formatYymm } from '../card/expiry.ts'
import { fingerprintOf, KeyOpener } from './key-ring.ts'
import type { Cipher } from './cipher.ts'
import { deriveKey } from './derive-key.ts'
import { decode, placeOf, storedPlaceOf } from './vault.ts'

/** Something sealed as it lies in a row, and what the row says of it beside. */
export interface SealedCard {
  readonly kind: 'attempt' | 'stored'
  readonly merchantId: string
  readonly token: string
  readonly keyVersion: number
  readonly ciphertext: Buffer
  /** What is shown of it, of a stored card. */
  readonly shown: { readonly mask: string; readonly expiry: string; readonly fingerprint: Buffer } | null
}

/** Looks at what is sealed, with the keys of one moment: for the auditor, who shows none of it. */
export function cardSeals(masterKey: Secret<Buffer>) {
  const opener = new KeyOpener(masterKey)
  const fingerprints = deriveKey(masterKey, 'fingerprints of cards')
  return (keys: readonly { readonly version: number; readonly wrapped: Buffer }[]) => {
    const ciphers = new Map<number, Cipher>([[opener.legacy.keyVersion, opener.legacy]])
    const broken: number[] = []
    for (const { version, wrapped } of keys) {
      try {
        ciphers.set(version, opener.open(version, wrapped))
      } catch {
        broken.push(version)
      }
    }
    return {
      /** Versions that do not unwrap. */
      broken,
      /** What is wrong with a card, in words without card data; null where nothing is. */
      faultOf: ({ kind, merchantId, token, keyVersion, ciphertext, shown }: SealedCard): string | null => {
        const cipher = ciphers.get(keyVersion)
        if (!cipher) return `is sealed under version ${keyVersion}, of which there is no key`
        try {
          const place = kind === 'stored' ? storedPlaceOf(merchantId, token) : placeOf(merchantId, token)
          const { pan, expiry } = decode(cipher.open(ciphertext, place))
          if (!shown) return null
          if (pan.mask !== shown.mask || formatYymm(expiry) !== shown.expiry) return 'shows another card than it holds'
          return fingerprintOf(fingerprints, merchantId, pan).equals(shown.fingerprint)
            ? null
            : 'has the fingerprint of another card'
        } catch {
          return 'does not open'
        }
      },
    }
  }
}
