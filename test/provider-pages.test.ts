import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { channels } from '../src/channel/catalogue.ts'
import { writeQris } from '../src/channel/qris.ts'
import { rupiah } from '../src/base/money.ts'
import { parsePageToken } from '../src/payment/page-token.ts'
import { findingsOn } from './audit.ts'
import { becomeLive, freshOrderId, type TestGateway, testGateway } from './gateway.ts'

/* The banks, counters and wallets that the sandbox plays, by their pages. */

let gateway: TestGateway

before(async () => {
  gateway = await testGateway({}, { startAt: new Date('2026-11-24T05:00:00Z') })
})
after(async () => gateway.close())

interface Page {
  readonly status: number
  readonly text: string
  readonly location: string | null
}

async function get(path: string, headers: Record<string, string> = {}): Promise<Page> {
  const response = await fetch(new URL(path, gateway.url), { redirect: 'manual', headers })
  return { status: response.status, text: await response.text(), location: response.headers.get('location') }
}

async function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
  const response = await fetch(new URL(path, gateway.url), {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  })
  return { status: response.status, text: await response.text(), location: response.headers.get('location') }
}

/** The page that a form was answered with. */
async function follow({ status, location, text }: Page): Promise<Page> {
  assert.equal(status, 303, text.slice(0, 500))
  return get(location ?? '')
}

interface Opened {
  readonly id: string
  readonly code: string
  readonly token: string
  readonly url: string
}

async function open(type: string, changes: Record<string, unknown> = {}): Promise<Opened> {
  const id = freshOrderId()
  const { order = {}, sourceOfFunds = {}, ...rest } = changes as Record<string, Record<string, unknown>>
  const { status, body } = await gateway.initiate({
    order: { id, amount: 25_000, ...order },
    sourceOfFunds: { type, ...sourceOfFunds },
    ...rest,
  })
  assert.equal(status, 200, JSON.stringify(body))
  const url = body['redirecturl'] ?? ''
  return { id, code: body['paymentCode'] ?? '', url, token: /[0-9a-f]{64}/.exec(url)?.[0] ?? '' }
}

const field = (page: Page, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)?.[1] ?? ''
const titleOf = ({ text }: Page) => /<h1>(.*?)<\/h1>/.exec(text)?.[1]

async function statusOf(id: string): Promise<string> {
  const { data } = (await gateway.client.check(id)) as unknown as { data: { result: { payment: { status: string } } } }
  return data.result.payment.status
}

const types = async (id: string) => (await gateway.client.events(id)).map(({ type }) => type)
const findings = () => findingsOn(gateway.database)

const screenOf = (channel: string, code: string, lang = 'en') =>
  get(`/sandbox/bank?channel=${channel}&code=${code}&lang=${lang}`)

/** The form of the screen as it stands. */
async function atScreen(channel: string, code: string): Promise<Record<string, string>> {
  const page = await screenOf(channel, code)
  return { channel, code, session: field(page, 'session'), lang: 'en' }
}

describe('the simulated bank', () => {
  test('shows who is paid, by whom, for what and how much, takes it, and gives a receipt', async () => {
    const { id, code } = await open('vabca')
    const screen = await screenOf('vabca', code)
    assert.equal(screen.status, 200)
    for (const shown of [gateway.gateway.merchant?.name ?? '-', 'Hajar Ismail', 'Testing', id, code, 'Rp25.000'])
      assert.ok(screen.text.includes(shown), shown)
    const receipt = await follow(await post('/sandbox/bank', await atScreen('vabca', code)))
    assert.equal(titleOf(receipt), 'Money received')
    assert.match(receipt.text, /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}014/)
    assert.equal(await statusOf(id), 'PAID')
    assert.deepEqual(await findings(), [])
  })

  test('takes a number as payers copy it, in groups', async () => {
    const { code } = await open('vabni')
    const grouped = encodeURIComponent(code.replace(/(.{4})/g, '$1 '))
    assert.match((await screenOf('vabni', grouped)).text, /Rp25\.000/)
  })

  for (const { id: channel } of channels.filter(({ code }) => code !== null))
    test(`is every bank and counter: ${channel}`, async () => {
      const { id, code } = await open(channel)
      const receipt = await follow(await post('/sandbox/bank', await atScreen(channel, code)))
      assert.equal(titleOf(receipt), 'Money received')
      assert.equal(await statusOf(id), 'PAID')
    })

  test('refuses another amount with what the screen says, and no money moves', async () => {
    const { id, code } = await open('vabri')
    const form = await atScreen('vabri', code)
    const refused = await post('/sandbox/bank', { ...form, typed: '1', amount: '24.999' })
    assert.equal(refused.status, 422)
    assert.match(refused.text, /the amount has to be exactly Rp25\.000/)
    assert.match(refused.text, /value="24\.999"/)
    for (const amount of ['', '0', '-1', '1e3', '25,000', '9'.repeat(15), '<b>']) {
      const unread = await post('/sandbox/bank', { ...form, typed: '1', amount })
      assert.equal(unread.status, 422, amount)
      assert.match(unread.text, /digits only/, amount)
    }
    assert.deepEqual(await types(id), ['order.initiated'])
    const paid = await follow(await post('/sandbox/bank', { ...form, typed: '1', amount: 'Rp 25.000' }))
    assert.equal(titleOf(paid), 'Money received')
  })

  test('money of another amount that comes all the same is returned, in words', async () => {
    const { id, code } = await open('vabri')
    const form = await atScreen('vabri', code)
    const receipt = await follow(await post('/sandbox/bank', { ...form, force: '1', amount: '26000' }))
    assert.equal(titleOf(receipt), 'Money returned')
    assert.match(receipt.text, /The amount is not that of the bill/)
    assert.match(receipt.text, /Rp26\.000/)
    assert.ok(!receipt.text.includes('/withdraw'))
    assert.equal(await statusOf(id), 'REQUEST_INITIATED')
  })

  test('says why it takes nothing: unknown, paid, cancelled, expired; and what happens to money all the same', async () => {
    assert.equal(titleOf(await screenOf('vabca', '8804400000000000')), 'Unknown number')
    assert.equal(titleOf(await screenOf('vabca', '1')), 'Unknown number')

    const paid = await open('vabca')
    await gateway.client.pay(paid.id)
    assert.equal(titleOf(await screenOf('vabca', paid.code)), 'The bill is already paid')
    // The number is of one bank alone.
    assert.equal(titleOf(await screenOf('vabni', paid.code)), 'Unknown number')
    const again = await post('/sandbox/bank', await atScreen('vabca', paid.code))
    assert.match(again.location ?? '', /^\/sandbox\/bank\?/)
    const second = await follow(
      await post('/sandbox/bank', { ...(await atScreen('vabca', paid.code)), force: '1', amount: '' }),
    )
    assert.match(second.text, /The order was paid already/)

    const cancelled = await open('vabca')
    await gateway.client.call('GET', `/pg/payment/card/cancel/${cancelled.id}`)
    assert.equal(titleOf(await screenOf('vabca', cancelled.code)), 'The bill was cancelled')
    const late = await post('/sandbox/bank', { ...(await atScreen('vabca', cancelled.code)), force: '1' })
    assert.match((await follow(late)).text, /The merchant had cancelled the order/)

    const expired = await open('vabca', { order: { timeout: 1 } })
    await gateway.client.clock.advance('PT2M')
    assert.equal(titleOf(await screenOf('vabca', expired.code)), 'The bill has expired')
    const kept = await post('/sandbox/bank', { ...(await atScreen('vabca', expired.code)), force: '1' })
    assert.equal(titleOf(await follow(kept)), 'Money received')
    assert.equal(await statusOf(expired.id), 'PAID')
    assert.deepEqual(await findings(), [])
  })

  test('says what is missing, and keeps what was typed', async () => {
    const rows = [
      ['', 200, []],
      ['channel=vabca', 200, []],
      ['channel=&code=', 422, ['Choose a bank', 'digits only']],
      ['channel=vabca&code=', 422, ['digits only']],
      ['channel=vabca&code=12ab', 422, ['digits only']],
      ['channel=cc&code=123', 422, ['Choose a bank']],
      [`channel=${'x'.repeat(500)}&code=${'9'.repeat(500)}`, 422, ['Choose a bank']],
    ] as const
    for (const [query, status, said] of rows) {
      const page = await get(`/sandbox/bank?${query}&lang=en`)
      assert.equal(page.status, status, query)
      for (const words of said) assert.ok(page.text.includes(words), `${query}: ${words}`)
    }
    const typed = await get('/sandbox/bank?channel=vabri&code=%22%3E%3Cscript%3E&lang=en')
    assert.match(typed.text, /<option value="vabri" selected/)
    assert.equal(typed.text.match(/<script/g)?.length, 1)
  })

  test('one screen’s form, sent ten times at once, is one payment', async () => {
    const { id, code } = await open('vabca')
    const form = await atScreen('vabca', code)
    const all = await Promise.all(Array.from({ length: 10 }, () => post('/sandbox/bank', form)))
    const receipts = new Set(all.map(({ location }) => location).filter((to) => to?.startsWith('/sandbox/receipt/')))
    assert.equal(receipts.size, 1)
    assert.ok(!(await types(id)).includes('receipt.unwanted'))
    assert.equal(await statusOf(id), 'PAID')
  })

  test('two screens that pay at once are two payments, of which one is kept (invariant 2)', async () => {
    const { id, code } = await open('vabca')
    const form = await atScreen('vabca', code)
    const sessions = ['0000000000000001', '0000000000000002']
    await Promise.all(sessions.map((session) => post('/sandbox/bank', { ...form, session, force: '1' })))
    await gateway.client.clock.advance('PT1S')
    const events = await types(id)
    assert.equal(events.filter((type) => type === 'order.paid').length, 1)
    assert.equal(events.filter((type) => type === 'receipt.returned').length, 1)
    assert.deepEqual(await findings(), [])
  })

  test('takes a payment back on request, and says why it cannot', async () => {
    const { id, code } = await open('vabca')
    const paid = await post('/sandbox/bank', await atScreen('vabca', code))
    const receipt = new URL(paid.location ?? '', gateway.url).pathname
    assert.ok((await get(`${receipt}?lang=en`)).text.includes(`${receipt}/withdraw`))
    const taken = await follow(await post(`${receipt}/withdraw`, { lang: 'en' }))
    assert.equal(titleOf(taken), 'Money returned')
    assert.match(taken.text, /The bank took this payment back/)
    assert.equal(await statusOf(id), 'CANCELLED')
    assert.equal((await post(`${receipt}/withdraw`, { lang: 'en' })).status, 303)

    const wallet = await open('gopay')
    const session = await get(`/sandbox/wallet/${wallet.token}?lang=en`)
    await post(`/sandbox/wallet/${wallet.token}`, { do: 'confirm', attempt: field(session, 'attempt') })
    await gateway.client.refund(wallet.id, 1_000)
    const after = await get(`/sandbox/wallet/${wallet.token}?lang=en`)
    const own = /\/sandbox\/receipt\/[0-9a-f]{40}/.exec(after.text)?.[0] ?? ''
    const refused = await post(`${own}/withdraw`, { lang: 'en' })
    assert.equal(refused.status, 422)
    assert.match(refused.text, /the merchant has refunded part or all of it/)
    assert.equal((await get(`${own}/withdraw`)).location, `${own}?lang=id`)
    await gateway.client.clock.advance('PT1S')
    assert.deepEqual(await findings(), [])
  })

  for (const path of ['', 'x', '0'.repeat(40), 'f'.repeat(40), `00000001${'0'.repeat(32)}`])
    test(`has no receipt at “${path.slice(0, 12)}”`, async () => {
      assert.equal((await get(`/sandbox/receipt/${path}`)).status, 404)
      assert.equal((await post(`/sandbox/receipt/${path}/withdraw`, {})).status, 404)
    })
})

const asked = async (token: string) => {
  const page = await get(`/sandbox/wallet/${token}?lang=en`)
  return { page, form: { attempt: field(page, 'attempt'), lang: 'en' } }
}

describe('the simulated wallet', () => {
  test('is where initiate leads, asks its payer, and pays', async () => {
    const { id, token, url } = await open('gopay')
    assert.equal(url, `${gateway.url}/sandbox/wallet/${token}`)
    const { page, form } = await asked(token)
    for (const shown of [gateway.gateway.merchant?.name ?? '-', 'GoPay', 'Rp25.000'])
      assert.ok(page.text.includes(shown), shown)
    const paid = await follow(await post(`/sandbox/wallet/${token}`, { ...form, do: 'confirm' }))
    assert.equal(titleOf(paid), 'Payment successful')
    assert.ok(paid.text.includes(`/pg/payment/card/access/${token}?lang=en`))
    assert.equal(await statusOf(id), 'PAID')
    assert.deepEqual(await findings(), [])
  })

  test('to read it opens the session and moves no money, however often', async () => {
    const { id, token } = await open('gopay')
    for (let n = 0; n < 3; n += 1) await asked(token)
    assert.deepEqual(await types(id), ['order.initiated', 'attempt.started'])
    assert.equal(await statusOf(id), 'REQUEST_INITIATED')
  })

  test('two confirmations at once pay once, and give nothing back (invariant 2)', async () => {
    const { id, token } = await open('shopeepay')
    const { form } = await asked(token)
    await Promise.all(Array.from({ length: 10 }, () => post(`/sandbox/wallet/${token}`, { ...form, do: 'confirm' })))
    const events = await types(id)
    assert.equal(events.filter((type) => type === 'order.paid').length, 1)
    assert.ok(!events.includes('receipt.unwanted'))
    assert.deepEqual(await findings(), [])
  })

  test('a payer who declines may try again, and ten declines at once are one', async () => {
    const { id, token } = await open('gopay')
    const { form } = await asked(token)
    const all = await Promise.all(
      Array.from({ length: 10 }, () => post(`/sandbox/wallet/${token}`, { ...form, do: 'decline' })),
    )
    assert.equal((await types(id)).filter((type) => type === 'attempt.refused').length, 1)
    const declined = await follow(all[0] as Page)
    assert.equal(titleOf(declined), 'Payment declined')
    // The old page's button does nothing any more.
    const stale = await follow(await post(`/sandbox/wallet/${token}`, { ...form, do: 'confirm' }))
    assert.match(stale.text, /value="confirm"/)
    assert.equal(await statusOf(id), 'REQUEST_INITIATED')
    const { form: next } = await asked(token)
    assert.equal(next.attempt, '2')
    await post(`/sandbox/wallet/${token}`, { ...next, do: 'confirm' })
    assert.equal(await statusOf(id), 'PAID')
    assert.deepEqual(await findings(), [])
  })

  test('that declines until the tries are used up says so', async () => {
    const { id, token } = await open('gopay')
    let last: Page | undefined
    for (let n = 0; n < 5; n += 1) {
      const { form } = await asked(token)
      last = await follow(await post(`/sandbox/wallet/${token}`, { ...form, do: 'decline' }))
    }
    assert.equal(titleOf(last as Page), 'The bill is closed')
    assert.equal(await statusOf(id), 'FAILURE')
  })

  test('a payer who closes it is led back to our page, and nothing has happened', async () => {
    const { id, token } = await open('gopay')
    const { form } = await asked(token)
    const { status, location } = await post(`/sandbox/wallet/${token}`, { ...form, do: 'close' })
    assert.deepEqual([status, location], [303, `/pg/payment/card/access/${token}?lang=en`])
    assert.deepEqual(await types(id), ['order.initiated', 'attempt.started'])
  })

  test('of an order that expired says so, and late money is kept', async () => {
    const { id, token } = await open('gopay', { order: { timeout: 1 } })
    await gateway.client.clock.advance('PT2M')
    const { page } = await asked(token)
    assert.equal(titleOf(page), 'The bill has expired')
    const session = field(page, 'session')
    const receipt = await follow(await post(`/sandbox/wallet/${token}`, { do: 'force', session, lang: 'en' }))
    assert.equal(titleOf(receipt), 'Money received')
    assert.equal(await statusOf(id), 'PAID')
  })

  test('a link that was changed leads nowhere, and one of another way to pay says so', async () => {
    const { token } = await open('gopay')
    const changed = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')
    for (const wrong of [changed, 'x', '0'.repeat(64), token.toUpperCase().replace(/^0+/, 'F')]) {
      assert.equal((await get(`/sandbox/wallet/${wrong}`)).status, 404, wrong)
      assert.equal((await post(`/sandbox/wallet/${wrong}`, { do: 'confirm', attempt: '1' })).status, 404, wrong)
    }
    for (const type of ['vabca', 'cc']) {
      const { id, token: other } = await open(type)
      const { page } = await asked(other)
      assert.deepEqual([page.status, titleOf(page)], [404, 'No session'])
      await post(`/sandbox/wallet/${other}`, { do: 'force' })
      assert.deepEqual(await types(id), ['order.initiated'])
    }
  })

  test('nonsense changes nothing', async () => {
    const { id, token } = await open('gopay')
    const { form } = await asked(token)
    for (const fields of [
      {},
      { do: 'confirm' },
      { ...form, do: 'pay' },
      { ...form, do: 'confirm', attempt: '2' },
      { ...form, do: 'confirm', attempt: 'NaN' },
      { ...form, do: 'decline', attempt: '-1' },
    ])
      assert.equal((await post(`/sandbox/wallet/${token}`, fields)).status, 303)
    const json = await post(`/sandbox/wallet/${token}`, {}, { 'content-type': 'application/json' })
    assert.equal(json.status, 415)
    assert.match(json.text, /<h1>/)
    assert.deepEqual(await types(id), ['order.initiated', 'attempt.started'])
  })

  test('that pushes has no link, and its app is opened by the link of the page', async () => {
    const { id, token, url } = await open('ovo', { sourceOfFunds: { accountId: '081286288844' } })
    assert.match(url, /\/pg\/payment\/card\/access\//)
    const opened = await follow(await get(`/sandbox/wallet?lang=en&link=${encodeURIComponent(`${url}?lang=id`)}`))
    assert.match(opened.text, /OVO/)
    await post(`/sandbox/wallet/${token}`, { do: 'confirm', attempt: field(opened, 'attempt') })
    assert.equal(await statusOf(id), 'PAID')
    for (const link of ['', 'x', 'https://shop.example/'])
      assert.equal((await get(`/sandbox/wallet?link=${encodeURIComponent(link)}`)).status, 422, link)
  })
})

describe('the simulated scanner', () => {
  const codeOf = (token: string, amount = 25_000n, route?: number) => {
    const parsed = parsePageToken(token)
    assert.ok(parsed)
    return writeQris({
      merchant: {
        route: route ?? parsed.route,
        class: 'UMI',
        mcc: '5411',
        name: 'Gerbang Sandbox',
        city: 'Jakarta',
        postcode: '10110',
      },
      order: { amount: rupiah(amount), orderNo: parsed.orderNo },
    })
  }
  const scan = (text: string) => get(`/sandbox/scan?lang=en&qr=${encodeURIComponent(text)}`)

  test('shows what a code asks for, and pays it once', async () => {
    const { id, token } = await open('qris')
    const qr = codeOf(token)
    const page = await scan(` ${qr}\n`)
    assert.equal(page.status, 200)
    assert.match(page.text, /Rp25\.000/)
    assert.ok(!page.text.includes(token), 'a code gives nobody the link of the page')
    const form = { qr, attempt: field(page, 'attempt'), do: 'confirm', lang: 'en' }
    const all = await Promise.all(Array.from({ length: 5 }, () => post('/sandbox/scan', form)))
    assert.equal(titleOf(await follow(all[0] as Page)), 'Payment successful')
    assert.equal((await types(id)).filter((type) => type === 'order.paid').length, 1)
    assert.deepEqual(await findings(), [])
  })

  test('reads the very text that initiate gives out', async () => {
    const { body } = await gateway.initiate({
      order: { id: freshOrderId(), amount: 25_000 },
      sourceOfFunds: { type: 'qris' },
    })
    assert.match((await scan(body['stringQr'] ?? '')).text, /Rp25\.000/)
  })

  test('follows the code of a wallet from abroad to its session, and no link elsewhere', async () => {
    const { token } = await open('alipay')
    assert.match(titleOf(await follow(await scan(`${gateway.url}/sandbox/wallet/${token}`))) ?? '', /Rp25\.000/)
    for (const link of [
      `https://evil.example/${token}`,
      `${gateway.url}/sandbox/wallet/${token}x`,
      `javascript:/sandbox/wallet/${token}`,
    ])
      assert.equal((await scan(link)).status, 422, link)
  })

  test('says what is wrong with any other text', async () => {
    const { token } = await open('qris')
    const { token: other } = await open('vabca')
    const qr = codeOf(token)
    const rows = [
      ['', 'Paste the text'],
      ['hello', 'not the text of a payment QR code'],
      [`${qr.slice(0, -1)}${qr.endsWith('0') ? '1' : '0'}`, 'changed or misread'],
      [codeOf(token, 24_999n), 'no bill for this code'],
      [codeOf(token, 25_000n, 4_000), 'no bill for this code'],
      [codeOf(other), 'no bill for this code'],
    ] as const
    for (const [text, said] of rows) {
      const shown = await scan(text)
      assert.equal(shown.status, 422, text)
      assert.ok(shown.text.includes(said), `${text}: ${said}`)
      assert.equal((await post('/sandbox/scan', { qr: text, do: 'force' })).status, 422, text)
    }
  })
})

describe('the pages of the other side', () => {
  test('speak both languages, and switch without losing what was typed', async () => {
    const { code } = await open('vabca')
    const { token } = await open('gopay')
    const rows = [
      ['/sandbox/bank', 'Bayar di bank atau konter', 'Pay at a bank or counter'],
      [`/sandbox/bank?channel=vabca&code=${code}`, 'Di layar ATM', 'On the screen of the ATM'],
      ['/sandbox/bank?channel=vabca&code=1', 'Nomor tidak dikenal', 'Unknown number'],
      [`/sandbox/wallet/${token}`, 'Konfirmasi, bayar Rp25.000', 'Confirm and pay Rp25.000'],
      ['/sandbox/wallet', 'Buka aplikasi dompet', 'Open a wallet app'],
      ['/sandbox/scan', 'Pindai kode QR', 'Scan a QR code'],
    ] as const
    for (const [path, indonesian, english] of rows) {
      const joint = path.includes('?') ? '&' : '?'
      const page = await get(path, { 'accept-language': 'id' })
      assert.ok(page.text.includes(indonesian), path)
      const link = `${path}${joint}lang=en`.replaceAll('&', '&amp;')
      assert.ok(page.text.includes(`href="${link}"`), link)
      assert.ok((await get(`${path}${joint}lang=en`)).text.includes(english), path)
    }
    const home = await get('/?lang=en')
    for (const path of ['/sandbox/bank', '/sandbox/scan', '/sandbox/wallet'])
      assert.ok(home.text.includes(`href="${path}"`))
  })

  test('take no form of another site, and may be linked to from any', async () => {
    const { id, code } = await open('vabca')
    const { id: walletId, token } = await open('gopay')
    const form = await atScreen('vabca', code)
    const { form: session } = await asked(token)
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    for (const [path, fields] of [
      ['/sandbox/bank', form],
      [`/sandbox/wallet/${token}`, { ...session, do: 'confirm' }],
      ['/sandbox/scan', { qr: 'x', do: 'force' }],
      [`/sandbox/receipt/${'0'.repeat(40)}/withdraw`, {}],
    ] as const) {
      const refused = await post(path, fields, foreign)
      assert.equal(refused.status, 403, path)
      assert.match(refused.text, /<h1>/)
    }
    assert.ok(!(await types(id)).includes('order.paid'))
    assert.ok(!(await types(walletId)).includes('order.paid'))
    for (const path of [`/sandbox/bank?channel=vabca&code=${code}`, `/sandbox/wallet/${token}`, '/sandbox/scan'])
      assert.equal((await get(path, foreign)).status, 200, path)
  })

  test('show what a merchant writes as text', async () => {
    const hostile = '"><script>alert(1)</script><img src=x>'
    const customer = { firstName: hostile, lastName: hostile, mobilePhone: '+6281286288800' }
    const order = { description: hostile }
    const { code } = await open('vabca', { customer, order })
    const { token } = await open('gopay', { customer, order })
    for (const page of [await screenOf('vabca', code), (await asked(token)).page]) {
      assert.match(page.text, /&lt;script>|&lt;script&gt;/)
      assert.doesNotMatch(page.text, /<img|<script>alert/)
      assert.equal(page.text.match(/<script/g)?.length, 1)
    }
  })

  test('are not there in live mode', async () => {
    const { token } = await open('gopay')
    const sandbox = await testGateway()
    const { connection, database } = sandbox
    await sandbox.gateway.close()
    await becomeLive(database)
    const live = await testGateway({ GERBANG_MODE: 'live', GERBANG_PUBLIC_URL: 'https://pay.example' }, { connection })
    for (const path of [
      '/sandbox/bank',
      '/sandbox/scan',
      '/sandbox/wallet',
      `/sandbox/wallet/${token}`,
      `/sandbox/receipt/${'0'.repeat(40)}`,
    ]) {
      assert.equal((await fetch(live.url + path)).status, 404, path)
      assert.equal((await fetch(live.url + path, { method: 'POST' })).status, 404, path)
    }
    await live.close()
    await sandbox.close()
  })
})

describe('a number that takes any amount', () => {
  test('is shown, and paid as often as its payer pays; a form that is sent twice is one payment', async () => {
    const paymentCode = '8804477777777777'
    await gateway.client.call('POST', '/pg/payment/card/openpayment/register', {
      customer: { id: 'budi', firstName: 'Budi', mobilePhone: '+6281286288800' },
      sourceOfFunds: { type: 'vabca', paymentCode },
    })
    const path = `/sandbox/bank?channel=vabca&code=${paymentCode}&lang=en`
    const { text } = await get(path)
    assert.match(text, /any amount/)
    assert.match(text, /Budi/)
    const session = /name="session" value="([0-9a-f]{16})"/.exec(text)?.[1] ?? ''
    const form = { channel: 'vabca', code: paymentCode, session, lang: 'en' }
    for (const amount of ['', '0', 'x', '50000001']) {
      const wrong = await post('/sandbox/bank', { ...form, amount })
      assert.equal(wrong.status, 422, amount)
    }
    const [first, again] = await Promise.all([1, 2].map(() => post('/sandbox/bank', { ...form, amount: '12.500' })))
    assert.ok(first && again)
    assert.equal(first.location, again.location)
    assert.match((await follow(first)).text, /12\.500/)
    const other = /name="session" value="([0-9a-f]{16})"/.exec((await get(path)).text)?.[1] ?? ''
    const next = await post('/sandbox/bank', { ...form, session: other, amount: '12500' })
    assert.notEqual(next.location, first.location)
    assert.deepEqual(await findingsOn(gateway.database), [])
  })
})
