import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { freshOrderId, type TestGateway, testGateway } from './gateway.ts'

let gateway: TestGateway
before(async () => {
  gateway = await testGateway()
})
after(() => gateway.close())

/** An order of 1000 that a payer has paid, and the link to its page. */
async function paid(mode: 'AUTHORIZE' | 'AUTHCAPTURE'): Promise<{ id: string; link: string }> {
  const id = freshOrderId()
  const { body } = await gateway.initiate({ order: { id }, transaction: { mode } })
  await gateway.client.pay(id)
  return { id, link: body['redirecturl'] ?? '' }
}

/** What a payer reads, without what the page is made of. */
async function words(link: string, lang: string, init: RequestInit = {}): Promise<string> {
  const html = await (await fetch(`${link}?lang=${lang}`, init)).text()
  return html.replace(/<script[\s\S]*?<\/script>|<[^>]*>/g, ' ').replace(/\s+/g, ' ')
}

const isPaid = { id: /berhasil|dibayar/i, en: /successful|paid/i } as const
const isHeld = { id: /Pembayaran disetujui.*disisihkan Rp1\.000/, en: /Payment approved.*set aside Rp1\.000/ } as const

test('the page of an authorized order says that the money is set aside, and not that it is paid', async () => {
  const { id, link } = await paid('AUTHORIZE')
  for (const lang of ['id', 'en'] as const) {
    const read = await words(link, lang)
    assert.match(read, isHeld[lang])
    assert.doesNotMatch(read, isPaid[lang])
  }
  const form = new URLSearchParams({ formNo: '2', lang: 'en' })
  assert.match(await words(link, 'en', { method: 'POST', body: form }), /This payment is already approved/)
  await gateway.client.capture(id, 400)
  assert.match(await words(link, 'en'), /Payment successful.*Amount paid Rp400 /)
  await gateway.client.capture(id, 600)
  assert.match(await words(link, 'en'), /Payment successful.*Amount paid Rp1\.000 /)
})

test('the page of an order that was captured at once says that it is paid', async () => {
  const { link } = await paid('AUTHCAPTURE')
  for (const lang of ['id', 'en'] as const) {
    const read = await words(link, lang)
    assert.match(read, isPaid[lang])
    assert.doesNotMatch(read, isHeld[lang])
  }
})
