import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { languages } from '../src/pages/language.ts'
import { acsMethodPage } from '../src/sandbox/acs-method-page.tsx'
import { pageHeaders } from '../src/pages/headers.ts'
import { assertAccessible } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { isWay, walkThrough } from './page-walk.ts'
import { aCheckoutPage, cardForm, checkoutSample, paid, type Sample, sample, sampleNames } from './page-samples.ts'
import { PageServer } from './page-server.ts'

let browser: Browser
let pages: PageServer

before(async () => {
  browser = await launchBrowser()
  pages = await PageServer.start(browser)
  pages.answers.set('/status', () => stateOf('processing'))
  pages.answers.set('/frame', () => ({
    html: acsMethodPage('id').toString(),
    headers: pageHeaders({ framedBy: 'anybody' }),
  }))
})

after(async () => {
  await browser?.close()
  await pages?.close()
})

walkThrough(
  sampleNames.filter((name) => !isWay(name)),
  () => ({ browser, pages }),
)

test('on a wide screen the way to another card can be read by day as by night', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme })
    const page = await context.newPage()
    await page.addInitScript(() => {
      HTMLFormElement.prototype.submit = () => undefined
      HTMLFormElement.prototype.requestSubmit = () => undefined
    })
    for (const name of ['stored', 'challenge']) {
      await page.goto(`${pages.origin}/${name}?lang=en`)
      await page.getByRole('link', { name: 'Use another card' }).waitFor()
      await assertAccessible(page, `${name}, ${colorScheme}`)
    }
    await context.close()
  }
})

test('every page holds one script and one style, both named by hash in its policy, and nothing of others', () => {
  for (const name of sampleNames)
    for (const language of languages) {
      const found = sample(name, language)
      assert.ok(found)
      const { html, headers } = found
      const policy = headers['content-security-policy'] ?? ''
      for (const [tag, directive] of [
        ['script', 'script-src'],
        ['style', 'style-src'],
      ] as const) {
        const blocks = [...html.matchAll(new RegExp(`<${tag}([^>]*)>([\\s\\S]*?)</${tag}>`, 'g'))]
        assert.equal(blocks.length, 1, `${name}: ${tag}`)
        assert.equal(blocks[0]?.[1], '', 'no attribute, so no src')
        const hash = createHash('sha256')
          .update(blocks[0]?.[2] ?? '')
          .digest('base64')
        assert.ok(policy.includes(`${directive} 'sha256-${hash}'`), `${name}: ${tag}`)
      }
      assert.doesNotMatch(html, /\sstyle=|\son[a-z]+=/, `${name}: no style attribute, no inline handler`)
      // The picture of a code to scan, from our own origin, is all that a page ever loads.
      const shows = /\ssrc="([^"]*)"/.exec(html)?.[1]
      assert.equal(shows, name.startsWith('qr') ? '/qr.svg' : undefined, `${name}: nothing of others is loaded`)
      assert.equal(policy.includes("img-src 'self'"), name.startsWith('qr'), `${name}: pictures`)
      assert.ok([...html.matchAll(/\ssrc=/g)].length <= 1, `${name}: one picture`)
      assert.doesNotMatch(html, /@import|url\(/, `${name}: nothing is loaded`)
      // Forty methods weigh something.
      const most = name.startsWith('methods') ? 14_000 : 12_000
      assert.ok(gzipSync(html).length < most, `${name}: ${gzipSync(html).length} bytes compressed`)
    }
})

test('a page costs one request', async () => {
  const { page } = await pages.visit('card')
  await page.waitForLoadState('networkidle')
  assert.deepEqual(pages.requests, ['GET /card'])
  await page.context().close()
})

test('what a merchant writes is text, never markup', () => {
  const hostile = '"><script>alert(1)</script><img src=x>'
  const { html } = checkoutSample(
    aCheckoutPage({
      merchantName: hostile,
      orderId: hostile,
      description: hostile,
      step: { ...cardForm, values: { name: hostile, save: true, points: false }, keeping: 'offered' },
    }),
  )
  assert.doesNotMatch(html, /<img|alert\(1\)<\/script>/)
  assert.equal(html.match(/<script/g)?.length, 1)
})

test('the title says how the payment stands', () => {
  const rows: [string, RegExp, RegExp][] = [
    ['card', /Bayar Rp285\.000 ke Kopi/, /Pay Rp285\.000 to Kopi/],
    ['mistakes', /Perlu diperbaiki/, /Please correct/],
    ['refused', /belum berhasil\. Tidak ada uang/, /did not go through\. No money/],
    ['processing', /sedang diproses/, /being processed/],
    ['paid', /Pembayaran berhasil: Rp285\.000/, /Payment successful: Rp285\.000/],
    ['paid-again', /sudah dibayar/, /already paid/],
    ['held', /Pembayaran disetujui: Rp285\.000/, /Payment approved: Rp285\.000/],
    ['held-again', /sudah disetujui/, /already approved/],
    ['methods', /Bayar Rp285\.000 ke Kopi/, /Pay Rp285\.000 to Kopi/],
    ['methods-missing', /Perlu diperbaiki/, /Please correct/],
    ['methods-refused', /belum berhasil\. Tidak ada uang/, /did not go through\. No money/],
    [
      'account',
      /Bayar Rp285\.000 ke Kopi.* lewat BCA Virtual Account/,
      /Pay Rp285\.000 to Kopi.* by BCA Virtual Account/,
    ],
    ['qr', /lewat QRIS/, /by QRIS/],
    ['wallet', /lewat DANA/, /by DANA/],
    ['refunded-account', /Rp285\.000 kembali kepada Anda/, /Rp285\.000 goes back to you/],
    ['expired', /Waktu pembayaran habis\. Tidak ada uang/, /time to pay is over\. No money/],
    ['failed', /tidak berhasil\. Tidak ada uang/, /unsuccessful\. No money/],
    ['unknown-link', /Tautan tidak ditemukan/, /Link not found/],
  ]
  for (const [name, indonesian, english] of rows) {
    assert.match(titleOf(sample(name, 'id')?.html), indonesian)
    assert.match(titleOf(sample(name, 'en')?.html), english)
  }
})

function titleOf(html = ''): string {
  return /<title>(.*?)<\/title>/.exec(html)?.[1] ?? ''
}

test('without script the whole card form can be filled in and sent', async () => {
  const { page } = await pages.visit('card', { javaScriptEnabled: false })
  await page.getByLabel('Nomor kartu').fill('5123-4500-0000-0008')
  await page.getByLabel('Masa berlaku').fill('0139')
  await page.getByLabel('CVV').fill('100')
  await page.getByLabel('Nama pada kartu').fill('SITI CONTOH')
  await page.getByRole('button', { name: 'Bayar Rp285.000' }).click()
  await page.waitForURL('**/done')
  assert.deepEqual(pages.posts, [
    {
      path: '/card',
      fields: {
        formNo: '1',
        lang: 'id',
        browserLanguage: '',
        browserTimeZone: '',
        browserScreenWidth: '',
        browserScreenHeight: '',
        browserColorDepth: '',
        number: '5123-4500-0000-0008',
        expiry: '0139',
        cvv: '100',
        name: 'SITI CONTOH',
      },
    },
  ])
  await page.context().close()
})

test('without script every other form goes where it should by its button', async () => {
  const rows: [string, string, string, Record<string, string>][] = [
    ['cvv', 'Bayar Rp285.000', '/cvv/cvv', { formNo: '3', lang: 'id', cvv: '' }],
    ['challenge', 'Buka halaman bank', '/bank', { creq: 'e30', lang: 'id' }],
    ['bank-return', 'Kembali ke pembayaran', '/notify', { cres: 'e30', threeDSSessionData: 'x' }],
    ['bank-otp', 'Batalkan', '/otp', { acsTransId: '5d2f', lang: 'id', otp: '', cancel: '1' }],
    ['bank-otp', 'Setujui pembayaran', '/otp', { acsTransId: '5d2f', lang: 'id', otp: '' }],
  ]
  for (const [name, button, path, fields] of rows) {
    const { page } = await pages.visit(name, { javaScriptEnabled: false })
    await page.getByRole('button', { name: button }).click()
    await page.waitForURL('**/done')
    assert.deepEqual(pages.posts, [{ path, fields }], name)
    await page.context().close()
  }
  const { page } = await pages.visit('authenticate', { javaScriptEnabled: false })
  await page.getByRole('button', { name: 'Lanjut ke bank Anda' }).click()
  await page.waitForURL('**/done')
  assert.equal(pages.posts[0]?.path, '/authenticate/authenticate')
  assert.equal(pages.posts[0]?.fields['methodCompleted'], 'U')
  await page.context().close()
})

test('without script the waiting page reads itself again, at its own address', async () => {
  const { page } = await pages.visit('processing', { javaScriptEnabled: false })
  await page.waitForURL('**/processing?lang=id', { timeout: 10_000 })
  await page.context().close()
})

test('mistakes come with the focus on their list, tied to their fields, with and without script', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { page } = await pages.visit('mistakes', { javaScriptEnabled })
    const summary = page.getByRole('group', { name: 'Periksa kembali isian Anda' })
    await summary.and(page.locator(':focus')).waitFor()
    const number = page.getByLabel('Nomor kartu')
    assert.equal(await number.getAttribute('aria-invalid'), 'true')
    assert.equal(await number.getAttribute('aria-describedby'), 'number-error')
    assert.equal(await page.locator('#number-error').innerText(), 'Nomor kartu tidak benar. Periksa kembali angkanya.')
    assert.equal(await number.inputValue(), '', 'a card number is never echoed')
    assert.equal(await page.getByLabel('Nama pada kartu').inputValue(), 'SITI CONTOH')
    await page.getByRole('link', { name: 'Isi CVV.' }).click()
    assert.equal(await page.locator(':focus').getAttribute('id'), 'cvv')
    await page.context().close()
  }
})

test('the keyboard reaches everything in the order in which it reads, and Enter pays', async () => {
  const { page } = await pages.visit('card')
  const stops: string[] = []
  for (let press = 0; press < 8; press += 1) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(() => {
      const element = document.activeElement
      const shown = element ? getComputedStyle(element) : undefined
      return {
        name: element?.id || element?.textContent?.trim(),
        outline: shown?.outlineStyle,
        width: shown?.outlineWidth,
      }
    })
    assert.equal(stop.outline, 'solid', `${stop.name} shows the focus`)
    assert.equal(stop.width, '3px')
    stops.push(stop.name ?? '')
  }
  assert.deepEqual(stops, [
    'Lihat kartu uji',
    'English',
    'number',
    'expiry',
    'cvv',
    'name',
    'Bayar Rp285.000',
    'Kembali ke Kopi Contoh Nusantara',
  ])
  await page.locator('#number').focus()
  await page.keyboard.type('5123450000000008')
  await page.keyboard.press('Tab')
  await page.keyboard.type('139')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Backspace')
  await page.keyboard.type('0139')
  await page.keyboard.press('Tab')
  await page.keyboard.type('100')
  await page.keyboard.press('Tab')
  await page.keyboard.type('SITI CONTOH')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/done')
  assert.equal(pages.posts[0]?.fields['expiry'], '01/39')
  assert.match(pages.posts[0]?.fields['browserScreenWidth'] ?? '', /^\d+$/)
  await page.context().close()
})

test('the number is grouped as it is typed, pasted and corrected, and its brand is named', async () => {
  const { page } = await pages.visit('card')
  const number = page.getByLabel('Nomor kartu')
  await number.pressSequentially('51234500')
  assert.equal(await number.inputValue(), '5123 4500')
  assert.equal(await page.locator('[data-brand]').innerText(), 'Mastercard')

  // A digit put in the middle keeps the caret behind it, also across a gap.
  await number.evaluate((input: HTMLInputElement) => input.setSelectionRange(2, 2))
  await page.keyboard.type('99')
  assert.equal(await number.inputValue(), '5199 2345 00')
  await page.keyboard.type('8')
  assert.equal(await number.inputValue(), '5199 8234 500')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Backspace')
  assert.equal(await number.inputValue(), '5192 3450 0')

  await number.fill('3700-0000-0000-002')
  assert.equal(await number.inputValue(), '3700 000000 00002')
  assert.equal(await page.locator('[data-brand]').innerText(), 'American Express')
  assert.equal(await page.locator('#cvv-hint').innerText(), '4 angka di depan kartu')
  await number.fill('4811 1111\u00a01111-1114')
  assert.equal(await number.inputValue(), '4811 1111 1111 1114')
  assert.equal(await page.locator('#cvv-hint').innerText(), '3 angka di belakang kartu')
  await page.context().close()
})

test('the expiry date takes what payers type and browsers fill in', async () => {
  const { page } = await pages.visit('card')
  const expiry = page.getByLabel('Masa berlaku')
  for (const [typed, shown] of [
    ['0139', '01/39'],
    ['939', '09/39'],
    ['1/39', '01/39'],
    ['12/39', '12/39'],
  ] as const) {
    await expiry.fill('')
    await expiry.pressSequentially(typed)
    assert.equal(await expiry.inputValue(), shown, typed)
  }
  await expiry.fill('01/2039')
  assert.equal(await expiry.inputValue(), '01/39')
  await page.context().close()
})

test('the script says what is missing before the card number would be lost, and only then', async () => {
  const { page } = await pages.visit('card')
  await page.getByLabel('Nomor kartu').fill('5123450000000001')
  await page.getByRole('button', { name: 'Bayar' }).click()
  assert.equal(await page.locator('#number-error').innerText(), 'Nomor kartu tidak benar. Periksa kembali angkanya.')
  assert.equal(await page.locator('#expiry-error').innerText(), 'Isi masa berlaku kartu.')
  assert.equal(await page.locator('#name-error').innerText(), 'Isi nama seperti tertera pada kartu.')
  assert.equal(await page.locator(':focus').getAttribute('id'), 'number')
  await assertAccessible(page, 'the card form with mistakes found by the script')
  await page.getByLabel('Nomor kartu').fill('5123450000000008')
  assert.equal(await page.locator('#number-error').isVisible(), false)
  assert.equal(await page.getByLabel('Nomor kartu').getAttribute('aria-invalid'), null)
  assert.equal(pages.posts.length, 0)
  await page.context().close()
})

test('a double click pays once, and the button says that it is busy', async () => {
  pages.silent.add('/card')
  const { page } = await pages.visit('card')
  await fillCard(page)
  const button = page.locator('button[type=submit]')
  const answered = page.waitForResponse((response) => response.request().method() === 'POST')
  await button.dblclick()
  await answered
  await button.click({ force: true })
  assert.equal(await button.innerText(), 'Memproses…')
  assert.equal(await page.locator('form').getAttribute('aria-busy'), 'true')
  // A request sent after the last click, so that a second POST would be in the list by now.
  await page.evaluate(() => fetch('/status'))
  assert.equal(pages.posts.length, 1)
  pages.silent.delete('/card')
  await page.context().close()
})

test('without a network nothing is sent, the page says so, and the payer can try again', async () => {
  const { page } = await pages.visit('card')
  await fillCard(page)
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'Bayar' }).click()
  await page.getByRole('alert').filter({ hasText: 'Koneksi internet terputus' }).waitFor()
  assert.equal(pages.posts.length, 0)
  await page.context().setOffline(false)
  await page.getByRole('button', { name: 'Bayar' }).click()
  await page.waitForURL('**/done')
  assert.equal(pages.posts.length, 1)
  await page.context().close()
})

async function fillCard(page: Page): Promise<void> {
  await page.getByLabel('Nomor kartu').fill('5123450000000008')
  await page.getByLabel('Masa berlaku').fill('01/39')
  await page.getByLabel('CVV').fill('100')
  await page.getByLabel('Nama pada kartu').fill('SITI CONTOH')
}

test('the method step goes on when the frame says that it is done', async () => {
  const { page, complaints } = await pages.visit('authenticate')
  await page.waitForURL('**/done')
  assert.deepEqual(
    pages.posts.map(({ path, fields }) => [path, fields['threeDSMethodData'] ?? fields['methodCompleted']]),
    [
      ['/frame', 'e30'],
      ['/authenticate/authenticate', 'Y'],
    ],
  )
  assert.deepEqual(complaints, [])
  await page.context().close()
})

test('the method step goes on after ten seconds when the frame says nothing, and at once without one', async () => {
  pages.answers.set('/silent', () => sample('bank-unknown', 'id'))
  const method = { url: '/silent', data: 'e30' }
  pages.answers.set('/silent-method', () =>
    checkoutSample(aCheckoutPage({ action: '/silent-method', step: { kind: 'authenticate', method } })),
  )
  const page = await pages.visitFrozen('silent-method')
  await page.clock.runFor(9_900)
  assert.equal(pages.posts.filter(({ path }) => path === '/silent-method/authenticate').length, 0)
  await page.clock.runFor(200)
  await page.waitForURL('**/done')
  assert.equal(pages.posts.at(-1)?.fields['methodCompleted'], 'N')
  await page.context().close()

  const other = await pages.visit('authenticate-without-method')
  await other.page.waitForURL('**/done')
  assert.equal(pages.posts[0]?.fields['methodCompleted'], 'U')
  await other.page.context().close()
})

test('the challenge opens by itself once, and not for a payer who comes back by the back button', async () => {
  const { page } = await pages.visit('challenge')
  await page.waitForURL('**/done')
  assert.deepEqual(pages.posts, [{ path: '/bank', fields: { creq: 'e30', lang: 'id' } }])
  await page.goBack()
  await page.getByRole('button', { name: 'Buka halaman bank' }).waitFor()
  await page.waitForTimeout(1500)
  assert.equal(pages.posts.length, 1)
  await page.context().close()
})

/** What the status address of an order answers. */
function stateOf(state: string): Sample {
  return { html: JSON.stringify({ state }), headers: { 'content-type': 'application/json' } }
}

test('the waiting page asks until the state is another, and says when the line is down', async () => {
  let state: string | undefined = 'processing'
  pages.answers.set('/status', () => (state === undefined ? undefined : stateOf(state)))
  const { page } = await pages.visit('processing')
  const lost = page.getByRole('alert').filter({ hasText: 'Koneksi terputus' })
  await page.waitForResponse('**/status')
  assert.equal(await lost.isVisible(), false)
  state = undefined
  await lost.waitFor()
  state = 'captured'
  await page.waitForURL('**/processing?lang=id')
  await page.context().close()
})

test('the time left counts down, warns at five minutes and reads the page again when it is over', async () => {
  const now = new Date('2026-11-23T09:41:12Z')
  pages.answers.set('/short', () =>
    checkoutSample(
      aCheckoutPage({ action: '/short', now, expiresAt: new Date(now.getTime() + 301_000), step: cardForm }),
    ),
  )
  const page = await pages.visitFrozen('short')
  const left = page.locator('[data-countdown]')
  assert.equal(await left.innerText(), '05:01')
  await page.clock.runFor(1000)
  assert.equal(await left.innerText(), '05:00')
  assert.equal(await page.locator('[data-announce]').textContent(), 'Sisa waktu: 5 menit.')
  await page.clock.runFor(300_000)
  assert.equal(await left.innerText(), 'Waktu habis')
  await page.clock.runFor(5000)
  await page.waitForURL('**/short?lang=id')
  await page.context().close()
})

test('a paid page returns to the shop after ten seconds, unless the payer stays', async () => {
  pages.answers.set('/paid-here', () =>
    checkoutSample(aCheckoutPage({ action: '/paid-here', step: { ...paid, returnUrl: '/done?order=7' } })),
  )
  for (const stays of [false, true]) {
    const page = await pages.visitFrozen('paid-here')
    await page.getByText('dalam 10 detik').waitFor()
    if (stays) await page.getByRole('button', { name: 'Tetap di halaman ini' }).click()
    await page.clock.runFor(10_000)
    if (stays) {
      await page.clock.runFor(5000)
      assert.equal(new URL(page.url()).pathname, '/paid-here')
    } else await page.waitForURL('**/done?order=7')
    await page.context().close()
  }
})

test('a paid page prints as a receipt', async () => {
  const { page } = await pages.visit('paid')
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.getByText('0f6b8a4e-6f0e-4c39-9a55-3f0d1c1a7b21').isVisible(), true)
  assert.equal(await page.getByRole('link').count(), 0)
  assert.equal(await page.getByRole('button').count(), 0)
  await page.context().close()
})

test('nothing moves for whoever asked for less motion', async () => {
  const still = await pages.visit('processing', { reducedMotion: 'reduce' })
  assert.equal(await still.page.evaluate(() => document.getAnimations().length), 0)
  await still.page.context().close()
  const moving = await pages.visit('processing', { reducedMotion: 'no-preference' })
  assert.equal(await moving.page.evaluate(() => document.getAnimations().length), 2)
  await moving.page.context().close()
})

test('the other language is one link away and keeps the page', async () => {
  const { page } = await pages.visit('refused')
  await page.getByRole('link', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'The payment did not go through' }).waitFor()
  assert.equal(new URL(page.url()).pathname, '/refused')
  await page.getByRole('link', { name: 'Bahasa Indonesia' }).click()
  await page.getByRole('heading', { name: 'Pembayaran belum berhasil' }).waitFor()
  await page.context().close()
})

test('a test card is copied without its gaps', async () => {
  const { page } = await pages.visit('test-cards', { permissions: ['clipboard-read', 'clipboard-write'] })
  await page.getByRole('button', { name: 'Salin 5123 4500 0000 0008' }).click()
  await page.getByText('Tersalin').first().waitFor()
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '5123450000000008')
  await page.context().close()
})
