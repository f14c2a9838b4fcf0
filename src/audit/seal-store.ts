import { type Sql, statement } from '../postgres/database.ts'

const selectKeys = statement(
  'audit.data_keys',
  `select version, wrapped
   from data_key
   order by version`,
)

export async function dataKeys(sql: Sql): Promise<{ readonly version: number; readonly wrapped: Buffer }[]> {
  return sql.query(selectKeys)
}

/** A card as it lies in a row, sealed for one place, and what the row shows of it. */
export interface SealedCard {
  readonly kind: 'attempt' | 'stored'
  readonly merchantId: string
  readonly token: string
  readonly keyVersion: number
  readonly ciphertext: Buffer
  readonly shown: { readonly mask: string; readonly expiry: string; readonly fingerprint: Buffer } | null
}

export interface CardKey {
  readonly merchantId: string
  readonly token: string
}

/** Before every card. */
export const beforeAll: CardKey = { merchantId: '', token: '' }

interface Row {
  merchant_id: string
  token: string
  key_version: number
  ciphertext: Buffer
  kept_token: string | null
  kept_key_version: number
  kept_ciphertext: Buffer
  kept_mask: string
  kept_expiry: string
  kept_fingerprint: Buffer
}

const selectStored = statement(
  'audit.stored_cards',
  `select merchant_id, card_token as token, card_token as kept_token, key_version as kept_key_version,
     ciphertext as kept_ciphertext, mask as kept_mask, expiry as kept_expiry, fingerprint as kept_fingerprint
   from stored_card
   where (merchant_id, card_token) > ($1, $2)
   order by merchant_id, card_token
   limit $3`,
)

const selectEntries = statement(
  'audit.vault_entries',
  `select merchant_id, token, key_version, ciphertext, kept_token, kept_key_version, kept_ciphertext, kept_mask,
     kept_expiry, kept_fingerprint
   from vault_entry
   where (merchant_id, token) > ($1, $2)
   order by merchant_id, token
   limit $3`,
)

/** The cards of a page of rows, in the order of their keys, and the key of its last one. */
export async function sealedAfter(
  sql: Sql,
  table: 'stored_card' | 'vault_entry',
  after: CardKey,
  limit: number,
): Promise<{ readonly cards: readonly SealedCard[]; readonly last: CardKey | undefined }> {
  const select = table === 'stored_card' ? selectStored : selectEntries
  const rows = await sql.query<Row>(select, [after.merchantId, after.token, limit])
  const last = rows.at(-1)
  return {
    cards: rows.flatMap((row) => cardsOf(table, row)),
    last: last && { merchantId: last.merchant_id, token: last.token },
  }
}

function cardsOf(table: 'stored_card' | 'vault_entry', row: Row): SealedCard[] {
  const { merchant_id: merchantId, token, key_version: keyVersion, ciphertext } = row
  const own: SealedCard = { kind: 'attempt', merchantId, token, keyVersion, ciphertext, shown: null }
  const kept: SealedCard[] =
    row.kept_token === null
      ? []
      : [
          {
            kind: 'stored',
            merchantId,
            token: row.kept_token,
            keyVersion: row.kept_key_version,
            ciphertext: row.kept_ciphertext,
            shown: { mask: row.kept_mask, expiry: row.kept_expiry, fingerprint: row.kept_fingerprint },
          },
        ]
  return table === 'vault_entry' ? [own, ...kept] : kept
}
