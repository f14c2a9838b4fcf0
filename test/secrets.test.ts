import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Client } from 'pg'
import { merchantServer, type MerchantServer, seedSample } from './gateway.ts'
import { look, openFolder, run, type ServingProcess, serve, until } from './process.ts'

/** A number that no deck publishes; it passes the check digit, so that it could be somebody's. */
const strangers = '4556737586899855'

/** A CVV of four digits, which nothing else is likely to hold; those of three digits are looked for by their name. */
const amexCvv = '7391'

/** Every number that these tests type. The deck's page and its own table print published numbers; these are used. */
const typed = ['5123450000000008', '5111111111111118', '3337000000200004', '4012000033330026', strangers]

/** Finds a number however it is broken up: runs of digits with blanks, dots or dashes between them. */
function assertClean(where: string, text: string): void {
  const digits = text.replace(/(?<=\d)[ .\-\u00a0+%]+(?=\d)/g, '')
  for (const number of typed) {
    assert.ok(!digits.includes(number), `${where} holds a card number`)
    // What a mask may show is first six and last four; twelve digits in a row are more.
    assert.ok(!digits.includes(number.slice(0, 12)) && !digits.includes(number.slice(4)), `${where} holds most of one`)
    for (const encoded of [Buffer.from(number).toString('base64').slice(0, 20), Buffer.from(number).toString('hex')])
      assert.ok(!text.includes(encoded), `${where} holds an encoded card number`)
  }
  assert.doesNotMatch(text, /\bcvv["'\\]*\s*[=:]\s*["'\\]*100\b/i, `${where} holds a CVV by its name`)
  assert.doesNotMatch(text, new RegExp(`(?<![0-9a-f.])${amexCvv}(?![0-9a-f])`, 'i'), `${where} holds a CVV`)
}

suite('card data is nowhere that it does not belong (invariant 8)', () => {
  let folder: ReturnType<typeof openFolder>
  let gateway: ServingProcess
  let merchant: MerchantServer
  let database: Client
  const pages: string[] = []
  const answers: string[] = []
  before(async () => {
    folder = openFolder()
    gateway = await serve({ GERBANG_DATA_DIR: join(folder.path, 'data'), TMPDIR: folder.path, GERBANG_LOG: 'debug' })
    merchant = await merchantServer()
    database = await look(join(folder.path, 'data'))
  })
  after(async () => {
    await database.end()
    await gateway.stop()
    await merchant.close()
    folder.remove()
  })

  async function initiate(id: string, more: object = {}): Promise<string> {
    const body = seedSample(id, { url: { callbackUrl: `${merchant.url}/callback` }, ...more })
    const answer = await gateway.client.call<{ redirecturl: string }>('POST', '/pg/payment/card/initiate', body)
    answers.push(JSON.stringify(answer))
    return answer.redirecturl
  }

  async function submit(url: string, fields: Readonly<Record<string, string>>): Promise<number> {
    const form = { formNo: '1', number: '5111 1111 1111 1118', expiry: '09/33', cvv: '100', name: 'Budi', ...fields }
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
    pages.push(await response.text(), JSON.stringify([...response.headers]), response.url)
    return response.status
  }

  /** Every row of every table as text, bytes as the characters that they hold as well. */
  async function dump(): Promise<Map<string, string>> {
    const { rows: tables } = await database.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public'`,
    )
    assert.ok(tables.length > 8)
    const found = new Map<string, string>()
    for (const { name } of tables) {
      const { rows } = await database.query<Record<string, unknown>>(`select * from "${name}"`)
      const cells = rows.flatMap((row) =>
        Object.entries(row).flatMap(([column, value]) =>
          Buffer.isBuffer(value)
            ? [`${column}=${value.toString('latin1')}`]
            : [`${column}=${value instanceof Date ? value.toISOString() : String(value)}`],
        ),
      )
      found.set(name, cells.join('\n'))
    }
    return found
  }

  test('the check itself finds numbers, grouped and encoded', () => {
    for (const text of [
      '5123450000000008',
      'x 5123 4500 0000 0008',
      '5123-4500-0000-0008',
      '+3337+0000+0020+0004',
      'cvv=7391',
    ])
      assert.throws(() => assertClean('here', text), /holds/)
    assertClean('here', '512345xxxxxx0008 4556737 a7391b')
  })

  test('while an attempt lives, its card is in the vault and sealed', async () => {
    const url = await initiate('living')
    await submit(url, { number: '5123 4500 0000 0008' })
    assert.equal((await database.query('select from vault_entry')).rowCount, 1)
    for (const [table, text] of await dump()) assertClean(table, text)
  })

  test('while customers keep cards, and after every request with a card that a merchant can make', async () => {
    const customer = { id: 'kept', mobilePhone: '+6281286288800' }
    const ask = async (path: string, body: object) => {
      const answer = await gateway.client
        .call<{ data?: { cards?: { token: string }[] } }>('POST', `/pg/payment/card/${path}`, body)
        .catch((error: unknown) => ({ error: String(error), data: undefined }))
      answers.push(JSON.stringify(answer))
      return answer
    }
    const order = (id: string) => ({ id, amount: '1000' })
    const sent = { number: '4012000033330026', expiryDate: '3309', cvv: '100', nameOnCard: 'Budi' }
    const ticked = await initiate('ticked', { customer })
    await submit(ticked, { save: '1' })
    await submit(await initiate('to-be-stored', { customer, card: { storedOnFile: 'TO_BE_STORED' } }), {
      number: '5123 4500 0000 0008',
    })
    await ask('payment', { customer, order: order('sent'), card: { ...sent, storedOnFile: 'TO_BE_STORED' } })
    await ask('payment', { customer, order: order('sent'), card: { ...sent, number: 5_123_450_000_000_008 } })
    for (const card of [
      { ...sent, number: strangers, cvv: amexCvv },
      { ...sent, cvv: amexCvv },
      { ...sent, expiryDate: strangers },
      { ...sent, nameOnCard: '4012 0000 3333 0026' },
      { ...sent, cvv: strangers },
      { number: strangers },
      { ...sent, token: strangers },
      { token: 'f'.repeat(64), cvv: amexCvv },
    ])
      await ask('payment', { customer, order: order('wrong-card'), card })
    const ask3ds = async (step: string, body: object) => {
      const call = gateway.client.call<Record<string, string>>('POST', `/pg/payment/card/threeds/${step}`, body)
      const answer: Record<string, string> = await call.catch((error: Error) => ({ error: error.message }))
      answers.push(JSON.stringify(answer))
      return answer
    }
    const first = (id: string, number: unknown) =>
      ask3ds('initiate', {
        customer,
        order: order(id),
        url: { threeDsResponseUrl: `${merchant.url}/back`, callbackUrl: `${merchant.url}/callback` },
        card: { ...sent, number },
        device: {},
      })
    await first('3ds-wrong', strangers)
    await first('3ds-wrong', { number: strangers })
    const { sessionId } = await first('3ds', sent.number)
    const transaction = { sessionId }
    for (const wrong of [
      { ...sent, number: '5111111111111118' },
      { ...sent, number: strangers },
      { ...sent, cvv: strangers },
      { ...sent, nameOnCard: '4012 0000 3333 0026' },
    ])
      await ask3ds('auth/payer', { card: wrong, transaction })
    for (const [table, text] of await dump()) assertClean(table, text)
    const payer = await ask3ds('auth/payer', { card: sent, transaction })
    for (const [table, text] of await dump()) assertClean(table, text)
    const { mpgsOrderId, mpgsTransactionId } = payer
    const paid = await ask3ds('auth/payment', { mpgsOrderId, mpgsTransactionId })
    assert.equal(paid['responseCode'], '2000000', JSON.stringify(paid))
    const begun = await first('3ds-challenged', 5_123_450_000_000_008)
    const card3ds = { ...sent, number: 5_123_450_000_000_008 }
    const challenged = await ask3ds('auth/payer', { card: card3ds, transaction: { sessionId: begun['sessionId'] } })
    assert.equal(challenged['threeDsInteraction'], 'challengemode', JSON.stringify(challenged))
    const { data } = await ask('customer', { customer })
    assert.equal(data?.cards?.length, 2)
    const [card] = data.cards
    await ask('payment', { customer, order: order('one-click'), card: { token: card?.token, storedOnFile: 'STORED' } })
    await run(['keys', 'rotate'], { environment: { GERBANG_DATA_DIR: join(folder.path, 'data') } }).ended.then(
      ({ stdout, stderr, code }) => {
        assert.equal(code, 0, stderr)
        answers.push(stdout, stderr)
      },
    )
    await ask('payment', { customer, order: order('rotated'), card: { token: card?.token, storedOnFile: 'STORED' } })
    for (const id of ['ticked', 'sent', 'one-click', 'rotated', '3ds', '3ds-challenged'])
      answers.push(JSON.stringify(await gateway.client.events(id)), JSON.stringify(await gateway.client.check(id)))
    assert.equal((await database.query('select from stored_card')).rowCount, 2)
    for (const [index, answer] of answers.entries()) assertClean(`answer ${index}: ${answer.slice(0, 60)}`, answer)
    for (const [table, text] of await dump()) assertClean(table, text)
    // A card's token is a secret of its merchant: the list says it, and nobody else.
    const told = [...answers.filter((answer) => !answer.includes('"cards"')), gateway.stdout(), gateway.stderr()]
    for (const text of told) assert.ok(!text.includes(card?.token ?? 'none'), text.slice(0, 200))
  })

  test('after every journey that a payer can make', async () => {
    const paid = await initiate('paid')
    assert.equal(await submit(paid, {}), 200)
    const paidByChallenge = await initiate('by-challenge')
    await submit(paidByChallenge, { number: '5123-4500-0000-0008' })
    const declined = await initiate('declined')
    await submit(declined, { expiry: '05/39' })
    const timedOut = await initiate('timed-out')
    await submit(timedOut, { expiry: '08/28' })
    const wrong = await initiate('wrong')
    assert.equal(await submit(wrong, { number: strangers, cvv: amexCvv }), 422)
    assert.equal(await submit(wrong, { number: '5111111111111119' }), 422)
    assert.equal(await submit(wrong, { name: '5123 4500 0000 0008' }), 422)
    assert.equal(await submit(wrong, { expiry: '5123450000000008' }), 422)
    assert.equal(await submit(wrong, { cvv: '5123450000000008' }), 422)
    assert.equal(await submit(wrong, { number: '', formNo: '1', [strangers]: strangers }), 422)
    await fetch(`${wrong}?number=${strangers}`).then((response) => response.text())
    await initiate('in-initiate', {
      card: { number: strangers, cvv: amexCvv, expiryDate: '3309', nameOnCard: 'Budi' },
    })
    for (const body of [
      { ...seedSample('refused'), card: { number: strangers, cvv: amexCvv }, customer: {} },
      {
        ...seedSample('refused'),
        card: { number: strangers, cvv: amexCvv },
        order: { id: 'refused', amount: strangers },
      },
    ])
      await gateway.client
        .call('POST', '/pg/payment/card/initiate', body)
        .catch((error: unknown) => answers.push(String(error)))
    await fetch(`${gateway.url}/pg/payment/card/initiate`, {
      method: 'POST',
      headers: { authorization: 'Basic RklOUEFZNzcwOlNvU2VjcmV0MTIz', 'content-type': 'application/json' },
      body: `{"card":{"number":"${strangers}","cvv":"${amexCvv}"`,
    }).then(async (response) => answers.push(await response.text()))

    const environment = { GERBANG_URL: gateway.url }
    const card = ['--card', '5123450000000008', '--cvv', '100']
    for (const words of [
      ['pay', 'in-initiate', ...card],
      ['pay', 'wrong', '--card', strangers, '--cvv', amexCvv],
      ['pay', 'wrong', '--card', '5111111111111118', '--expiry', strangers],
      ['pay', 'none', ...card],
      ['events', 'paid'],
      ['check', 'paid', '--json'],
      ['callbacks', 'list', '--json'],
    ]) {
      const { stdout, stderr } = await run(words, { environment }).ended
      answers.push(stdout, stderr)
    }
    for (const id of ['paid', 'declined', 'timed-out', 'wrong', 'in-initiate', 'by-challenge'])
      answers.push(JSON.stringify(await gateway.client.events(id)), JSON.stringify(await gateway.client.check(id)))
    await merchant.wait(2)

    for (const [index, page] of pages.entries()) assertClean(`page ${index}`, page)
    for (const [index, answer] of answers.entries()) assertClean(`answer ${index}: ${answer.slice(0, 60)}`, answer)
    for (const { body, headers } of merchant.received) assertClean('a callback', body + JSON.stringify(headers))
    for (const [table, text] of await dump()) assertClean(table, text)
  })

  test('the vault is empty once every attempt has ended', async () => {
    while ((await gateway.client.clock.advance('P3D')).more);
    assert.equal((await database.query('select from vault_entry')).rowCount, 0)
    const { rows } = await database.query(`select from attempt where attempt_token is not null`)
    assert.equal(rows.length, 0)
  })

  test('the log at level debug, which is not empty', async () => {
    await until('log lines', () => gateway.stdout().split('\n').length > 20)
    assert.match(gateway.stdout(), /"route":"\/pg\/payment\/card\/access\/:token"/)
    assertClean('the log', gateway.stdout().replaceAll(/"(traceId|reqId)":"[^"]*"/g, ''))
    assertClean('the error output', gateway.stderr())
    // A payer's link is a secret as well.
    assert.doesNotMatch(gateway.stdout().split('A first order').at(-1) ?? '', /access\/[0-9a-f]{64}/)
  })

  test('the files of the data directory, the write-ahead log included', () => {
    const root = join(folder.path, 'data')
    let files = 0
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      let bytes: Buffer
      try {
        bytes = readFileSync(join(root, name))
      } catch {
        // A folder, or a file that the server has just removed.
        continue
      }
      files += 1
      for (const number of typed) assert.ok(!bytes.includes(number), `${name} holds a card number`)
    }
    assert.ok(files > 500)
  })
})
