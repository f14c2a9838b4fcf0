import type { UsedCard } from '../card/held-card.ts'
import { parseYymm } from '../card/expiry.ts'
import type { StoredCard } from '../card/stored-card.ts'
import { invariant } from '../base/invariant.ts'
import { textArray, timestampArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'

interface StoredRow {
  card_token: string
  customer_id: string
  mask: string
  info: string
  expiry: string
  created_at: Date
  last_used_at: Date
}

function fromRow(row: StoredRow): StoredCard {
  const expiry = parseYymm(row.expiry)
  invariant(expiry, 'an expiry is stored as the contract writes it')
  return {
    token: row.card_token,
    customerId: row.customer_id,
    mask: row.mask,
    info: JSON.parse(row.info) as StoredCard['info'],
    expiry,
    storedAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }
}

const selectCard = statement(
  'stored_card.find',
  `select card_token, customer_id, mask, info, expiry, created_at, last_used_at, ciphertext
   from stored_card
   where merchant_id = $1 and card_token = $2`,
)

/** A merchant's stored card, and what is sealed of it. */
export async function find(
  sql: Sql,
  merchantId: string,
  token: string,
): Promise<{ readonly card: StoredCard; readonly ciphertext: Buffer } | undefined> {
  const [row] = await sql.query<StoredRow & { ciphertext: Buffer }>(selectCard, [merchantId, token])
  return row && { card: fromRow(row), ciphertext: row.ciphertext }
}

const selectToken = statement(
  'stored_card.token_of',
  `select card_token
   from stored_card
   where customer_id = $2 and fingerprint = $3 and merchant_id = $1`,
)

/** The token of a card that the customer has stored already. */
export async function tokenOf(
  sql: Sql,
  merchantId: string,
  customerId: string,
  fingerprint: Buffer,
): Promise<string | undefined> {
  const [row] = await sql.query<{ card_token: string }>(selectToken, [merchantId, customerId, fingerprint])
  return row?.card_token
}

const selectCards = statement(
  'stored_card.list',
  `select card_token, customer_id, mask, info, expiry, created_at, last_used_at
   from stored_card
   where customer_id = $2 and merchant_id = $1
   order by last_used_at desc, card_token`,
)

/** A customer's cards, the one that was used last first. */
export async function list(sql: Sql, merchantId: string, customerId: string): Promise<StoredCard[]> {
  return (await sql.query<StoredRow>(selectCards, [merchantId, customerId])).map(fromRow)
}

const deleteCard = statement(
  'stored_card.remove',
  `delete from stored_card
   where merchant_id = $1 and card_token = $2
   returning card_token`,
)

/** False when the merchant has no such card. */
export async function remove(sql: Sql, merchantId: string, token: string): Promise<boolean> {
  return (await sql.query(deleteCard, [merchantId, token])).length > 0
}

const lockCards = statement(
  'stored_card.lock',
  `select c.merchant_id, c.card_token
   from stored_card as c
   join unnest($1::text[], $2::text[]) as wanted (merchant_id, card_token)
     on c.merchant_id = wanted.merchant_id and c.card_token = wanted.card_token
   order by c.merchant_id, c.card_token
   for key share of c`,
)

/** Keeps cards from being deleted until the transaction ends; answers which of them are there. */
export async function lock(
  sql: Sql,
  cards: readonly { readonly merchantId: string; readonly token: string }[],
): Promise<{ merchantId: string; token: string }[]> {
  const rows = await sql.query<{ merchant_id: string; card_token: string }>(lockCards, [
    textArray(cards.map(({ merchantId }) => merchantId)),
    textArray(cards.map(({ token }) => token)),
  ])
  return rows.map(({ merchant_id: merchantId, card_token: token }) => ({ merchantId, token }))
}

/*
 * Before cards are stored: whoever deletes one of them meanwhile is waited for, so that the next statement sees
 * under which token it is to be stored now.
 */
const lockKept = statement(
  'stored_card.lock_kept',
  `select c.card_token
   from unnest($1::text[], $2::text[]) as paid (merchant_id, token)
   cross join lateral (
     select kept_token
     from vault_entry
     where merchant_id = paid.merchant_id and token = paid.token and kept_token is not null
     limit 1
   ) as e
   cross join lateral (
     select card_token
     from stored_card
     where merchant_id = paid.merchant_id and card_token = e.kept_token
     limit 1
     for key share
   ) as c`,
)

/*
 * A card that the customer has stored already keeps its row and its token. What is sealed is bound to the
 * token, so a row takes new contents only if they were sealed for it: of a card that is stored for the first
 * time by two payments at once, the second finds the first's, which is the same card.
 */
const promoteCards = statement(
  'stored_card.promote',
  `insert into stored_card (
     merchant_id, card_token, customer_id, fingerprint, mask, info, expiry, key_version, ciphertext, created_at,
     last_used_at)
   select distinct on (e.merchant_id, e.kept_customer_id, e.kept_fingerprint)
     e.merchant_id, e.kept_token, e.kept_customer_id, e.kept_fingerprint, e.kept_mask, e.kept_info, e.kept_expiry,
     e.kept_key_version, e.kept_ciphertext, paid.at, paid.at
   from unnest($1::text[], $2::text[], $3::timestamptz[]) as paid (merchant_id, token, at)
   cross join lateral (
     select *
     from vault_entry
     where merchant_id = paid.merchant_id and token = paid.token and kept_token is not null
     limit 1
   ) as e
   order by e.merchant_id, e.kept_customer_id, e.kept_fingerprint, e.created_at desc, e.token
   on conflict (customer_id, fingerprint, merchant_id) do update
   set mask = excluded.mask,
       info = excluded.info,
       expiry = excluded.expiry,
       key_version = excluded.key_version,
       ciphertext = excluded.ciphertext,
       last_used_at = excluded.last_used_at
   where stored_card.card_token = excluded.card_token`,
)

const touchCards = statement(
  'stored_card.touch',
  `update stored_card as c
   set last_used_at = greatest(c.last_used_at, used.at)
   from (
     select merchant_id, card_token, max(at) as at
     from unnest($1::text[], $2::text[], $3::timestamptz[]) as used (merchant_id, card_token, at)
     group by merchant_id, card_token
   ) as used
   where c.merchant_id = used.merchant_id and c.card_token = used.card_token`,
)

const removeCards = statement(
  'stored_card.remove_all',
  `delete from stored_card as c
   using unnest($1::text[], $2::text[]) as gone (merchant_id, card_token)
   where c.merchant_id = gone.merchant_id and c.card_token = gone.card_token`,
)

/**
 * Does with cards whose attempts have succeeded what was wished: stores, removes, or notes the use of a stored
 * one. Every statement is on its way when this returns, so that what is erased after it is still there.
 */
export async function settle(sql: Sql, cards: readonly UsedCard[]): Promise<void> {
  if (cards.length === 0) return
  const toStore = cards.filter(({ wish }) => wish === 'store')
  const stored = cards.flatMap((card) => (card.storedToken === null ? [] : [{ ...card, token: card.storedToken }]))
  const toRemove = stored.filter(({ wish }) => wish === 'remove')
  const used = stored.filter(({ wish }) => wish !== 'remove')
  const merchants = (of: readonly UsedCard[]) => textArray(of.map(({ merchantId }) => merchantId))
  const times = (of: readonly UsedCard[]) => timestampArray(of.map(({ at }) => at))
  const tokens = (of: typeof stored) => textArray(of.map(({ token }) => token))
  const attempts = [merchants(toStore), textArray(toStore.map(({ attemptToken }) => attemptToken))]
  await Promise.all([
    toStore.length > 0 && sql.query(lockKept, attempts),
    toStore.length > 0 && sql.query(promoteCards, [...attempts, times(toStore)]),
    used.length > 0 && sql.query(touchCards, [merchants(used), tokens(used), times(used)]),
    toRemove.length > 0 && sql.query(removeCards, [merchants(toRemove), tokens(toRemove)]),
  ])
}
