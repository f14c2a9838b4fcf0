import type { BenchServer } from './database.ts'

/*
 * Orders by the million, as the gateway would have written them: made inside the database, because a client
 * would be measured along with it. Order numbers, secrets and hashes are as long and as spread as real ones;
 * the events' hashes are true, so that `gerbang verify` finds nothing on what is made here.
 */

const merchantId = 'FINPAY770'

const request =
  `{"order":{"id":"' || id || '","amount":"150000","currency":"IDR","description":"Two tickets",` +
  `"timeout":"525600"},"customer":{"email":"budi@example.com","firstName":"Budi","lastName":"Santoso",` +
  `"mobilePhone":"+6281286288800"},"url":{"callbackUrl":"' || url || '","successUrl":"https://shop.example.com/ok"},` +
  `"billing":{"address":{"city":"Jakarta","street":"Jalan Sudirman 1"}},"sourceOfFunds":{"type":"cc"}}`

/** Open orders `<prefix>-<number of twelve digits>` that expire in a year, each with its event and timer. */
export async function generateOpenOrders(
  server: BenchServer,
  database: string,
  { prefix, count }: { prefix: string; count: number },
): Promise<void> {
  // In portions, so that no transaction of a minute keeps the log from being recycled.
  const portion = 50_000
  for (let from = 0; from < count; from += portion) {
    await server.run(
      database,
      `with made as (
         select
           '${prefix}-' || lpad(n::text, 12, '0') as id,
           sha256(convert_to('${prefix} ' || n, 'UTF8')) as random,
           gen_random_uuid() as reference,
           date_trunc('milliseconds', now()) as at,
           'http://127.0.0.1:9/callback' as url
         from generate_series($1::int, $2::int) as n
       ), opened as (
         select *,
           '{"amount":"150000","currency":"IDR","channel":"cc","reference":"' || reference || '","expiresAt":"' ||
             to_char(at + interval '525600 minutes', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"}' as data
         from made
       ), hashed as (
         select *,
           sha256(decode(repeat('00', 32), 'hex') || convert_to(
             '1' || chr(10) || 'order.initiated' || chr(10) || to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || chr(10) ||
             data, 'UTF8')) as hash
         from opened
       ), ordered as (
         insert into payment_order (
           merchant_id, order_id, order_no, page_secret, reference, state, amount_minor, currency, channel,
           content_hash, request, created_at, expires_at, event_hash)
         select
           '${merchantId}', id, substring(random for 12), substring(random from 13 for 16), reference, 'open', 150000,
           'IDR', 'cc', random, '${request}', at, at + interval '525600 minutes', hash
         from hashed
       ), logged as (
         insert into event (merchant_id, order_id, seq, type, at, data, hash)
         select '${merchantId}', id, 1, 'order.initiated', at, data, hash from hashed
       )
       insert into timer (merchant_id, timer_id, kind, subject, due_at)
       select '${merchantId}', 'expire:' || id, 'expire', id, at + interval '525600 minutes' from hashed`,
      [from + 1, Math.min(from + portion, count)],
    )
  }
  await server.run(database, 'vacuum analyze')
}

/**
 * Orders that are over and whose callbacks are due: all of them at once, at the commit. Their states are
 * those of orders that were cancelled; what is measured reads nothing else of them.
 */
export async function generateCallbacks(
  server: BenchServer,
  database: string,
  { merchant, prefix, count, url }: { merchant: string; prefix: string; count: number; url: string },
): Promise<void> {
  await server.run(
    database,
    `with made as (
       select
         '${prefix}-' || lpad(n::text, 12, '0') as id,
         sha256(convert_to('${merchant} ${prefix} ' || n, 'UTF8')) as random,
         gen_random_uuid() as reference,
         date_trunc('milliseconds', now()) as at,
         $2::text as url
       from generate_series(1, $1::int) as n
     ), ordered as (
       insert into payment_order (
         merchant_id, order_id, order_no, page_secret, reference, state, amount_minor, currency, channel,
         content_hash, request, created_at, expires_at, settled_at, event_seq, event_hash)
       select
         '${merchant}', id, substring(random for 12), substring(random from 13 for 16), reference, 'cancelled', 150000,
         'IDR', 'cc', random, '${request}', at, at, at, 2, random
       from made
       returning order_id
     ), told as (
       insert into callback (
         merchant_id, callback_id, order_id, event_seq, url, headers, body, state, attempt_count, created_at)
       select
         '${merchant}', 'cb_' || id, id, 2, url,
         '{"content-type":"application/json","channel-id":"FINPAY","client-id":"FINPAY","x-partner-id":"${merchant}",' ||
           '"x-external-id":"' || reference || '"}',
         convert_to(
           '{"merchant":{"id":"${merchant}"},"customer":{"id":""},"order":{"id":"' || id || '","reference":"' || reference ||
           '","amount":150000,"currency":"IDR"},"transaction":{"acquirerId":null},"sourceOfFunds":{"type":"cc"},' ||
           '"meta":{"data":null},"result":{"payment":{"status":"CANCELLED","statusDesc":"CANCELLED",' ||
           '"userDesc":"Transaksi dibatalkan","datetime":"2026-01-01 00:00:00","reference":null,"channel":null,' ||
           '"amount":0}},"signature":"' || repeat('0', 128) || '"}', 'UTF8'),
         'pending', 0, at
       from made
       where id in (select order_id from ordered)
     )
     insert into timer (merchant_id, timer_id, kind, subject, due_at)
     select '${merchant}', 'callback:cb_' || id, 'callback', 'cb_' || id, at from made`,
    [count, url],
  )
}
