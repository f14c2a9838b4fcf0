import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { findingsIn } from './audit.ts'
import { seedSample } from './gateway.ts'
import { look, openFolder, serve } from './process.ts'

const address = '203.0.113.77'
const phone = 'fingerprint-of-a-phone'
const number = '5111111111111118'

test('a gateway that is killed has forgotten no attempt, and its database holds no payer’s address', async () => {
  const folder = openFolder()
  const environment = {
    GERBANG_DATA_DIR: join(folder.path, 'data'),
    GERBANG_CARD_LIMITS: 'network=1/1h,card=off',
    GERBANG_TRUSTED_PROXIES: '127.0.0.1',
  }
  const start = () => serve(environment)
  const submit = async (gateway: Awaited<ReturnType<typeof start>>, id: string, typed: string) => {
    const order = seedSample(id, { device: { fingerprint: phone } })
    const { redirecturl } = await gateway.client.call<{ redirecturl: string }>(
      'POST',
      '/pg/payment/card/initiate',
      order,
    )
    const { pathname } = new URL(redirecturl)
    return fetch(gateway.url + pathname, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'x-forwarded-for': address },
      body: new URLSearchParams({ formNo: '1', number: typed, expiry: '09/33', cvv: '100', name: 'Budi Santoso' }),
    })
  }
  try {
    const killed = await start()
    assert.equal((await submit(killed, 'before', number)).status, 303)
    await killed.kill()

    const gateway = await start()
    const answer = await submit(gateway, 'after', '4111111111111111')
    assert.equal(answer.status, 422)
    assert.deepEqual((await gateway.client.events('after')).at(-1)?.data, { rule: 'network', by: 'network' })
    assert.deepEqual(await findingsIn(environment.GERBANG_DATA_DIR), [])

    const database = await look(environment.GERBANG_DATA_DIR)
    const { rows: tables } = await database.query<{ name: string }>(
      `select relname as name from pg_class join pg_namespace n on n.oid = relnamespace
       where relkind = 'r' and nspname = current_schema()`,
    )
    for (const { name } of tables) {
      const { rows } = await database.query<{ row: string }>(`select page::text as row from "${name}" as page`)
      for (const { row } of rows) {
        assert.ok(!row.includes(address), `${name} holds no address`)
        // What a merchant sends with its order is kept with the order, as it was sent.
        if (name !== 'payment_order') assert.ok(!row.includes(phone), `${name} holds no device`)
      }
    }
    const { rows: uses } = await database.query(
      'select 1 from card_use where network is not null and device is not null',
    )
    assert.equal(uses.length, 1)
    await database.end()
    await gateway.stop()
  } finally {
    folder.remove()
  }
})
