import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { assertAccessible } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { aCheckoutPage, aPicker, checkoutSample, code, qr, qrPicture, sample, wallet } from './page-samples.ts'
import { PageServer } from './page-server.ts'

let browser: Browser
let pages: PageServer

before(async () => {
  browser = await launchBrowser()
  pages = await PageServer.start(browser)
  pages.answers.set('/status', () => stateOf('processing'))
  pages.answers.set('/qr.svg', () => qrPicture)
})

after(async () => {
  await browser?.close()
  await pages?.close()
})

/** What the status address of an order answers. */
function stateOf(state: string) {
  return { html: JSON.stringify({ state }), headers: { 'content-type': 'application/json' } }
}

test('the picker sends what was picked, with and without script', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { page } = await pages.visit('methods', { javaScriptEnabled })
    await page.getByRole('button', { name: 'QRIS' }).click()
    await page.waitForURL('**/done')
    assert.deepEqual(pages.posts, [{ path: '/methods/method', fields: { formNo: '1', method: 'qris', lang: 'id' } }])
    await page.context().close()
  }
})

test('methods are folded into their families where they are many, and open where they are few', async () => {
  const many = await pages.visit('methods', { javaScriptEnabled: false })
  const bank = many.page.getByRole('button', { name: 'BCA', exact: true })
  assert.equal(await bank.isVisible(), false)
  await many.page.getByText('Virtual account bank').click()
  await bank.click()
  await many.page.waitForURL('**/done')
  assert.equal(pages.posts[0]?.fields['method'], 'vabca')
  await many.page.context().close()

  const few = await pages.visit('methods-few', { javaScriptEnabled: false })
  assert.equal(await few.page.getByRole('button', { name: 'BCA', exact: true }).isVisible(), true)
  await few.page.context().close()
})

test('what the payer used last comes first, and once', async () => {
  const { page } = await pages.visit('methods-remembered')
  const last = page.getByRole('heading', { name: 'Terakhir Anda pakai' }).locator('+ ul')
  await last.getByRole('button', { name: 'BRI Virtual Account' }).waitFor()
  assert.equal(await page.locator('input[name=method][value=vabri]').count(), 1)
  await page.context().close()

  // Where the name there is known as well, one press goes on.
  const known = await pages.visit('methods-remembered-account', { javaScriptEnabled: false })
  await known.page.getByRole('button', { name: 'Lanjut dengan OVO' }).click()
  await known.page.waitForURL('**/done')
  assert.equal(pages.posts[0]?.fields['account'], '081200000000')
  await known.page.context().close()

  // A channel that the order does not offer is not shown, whoever remembers it.
  const { html } = checkoutSample(aCheckoutPage({ step: { ...aPicker(['vabca', 'qris']), remembered: 'ovo' } }))
  assert.doesNotMatch(html, /OVO|Terakhir Anda pakai/)
})

test('a method that needs the payer asks for the name there, and sends it along', async () => {
  for (const [name, label, typed, method] of [
    ['OVO', 'Nomor ponsel yang terdaftar di OVO', '081200000000', 'ovo'],
    ['Jenius Pay', '$Cashtag Anda di Jenius Pay', '$siti', 'jeniuspay'],
  ] as const)
    for (const javaScriptEnabled of [true, false]) {
      const { page } = await pages.visit('methods', { javaScriptEnabled })
      await page.getByText('Dompet digital', { exact: true }).click()
      await page.getByText(name, { exact: true }).click()
      await page.getByLabel(label).fill(typed)
      await page.keyboard.press('Enter')
      await page.waitForURL('**/done')
      assert.deepEqual(pages.posts, [
        { path: '/methods/method', fields: { formNo: '1', method, lang: 'id', account: typed } },
      ])
      await page.context().close()
    }
})

test('the script says that a name is missing or wrong before it is sent', async () => {
  const { page } = await pages.visit('methods')
  await page.getByText('Dompet digital', { exact: true }).click()
  await page.getByText('OVO', { exact: true }).click()
  const go = page.getByRole('button', { name: 'Lanjut dengan OVO' })
  const error = page.locator('#account-ovo-error')
  await go.click()
  assert.equal(await error.innerText(), 'Isi nomor ponsel.')
  for (const wrong of ['0712345678', '0812', '08123456789012345']) {
    await page.getByLabel('Nomor ponsel yang terdaftar di OVO').fill(wrong)
    await go.click()
    assert.match(await error.innerText(), /Nomor ponsel tidak benar/)
  }
  assert.equal(pages.posts.length, 0)
  await page.getByLabel('Nomor ponsel yang terdaftar di OVO').fill('+62 812-0000-0000')
  await go.click()
  await page.waitForURL('**/done')
  assert.equal(pages.posts.length, 1)
  await page.context().close()
})

test('a mistake in the picker comes with the focus on it, its field open and tied to it, with and without script', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { page } = await pages.visit('methods-account-invalid', { javaScriptEnabled })
    await page.getByRole('group', { name: 'Periksa kembali isian Anda' }).and(page.locator(':focus')).waitFor()
    const field = page.getByLabel('Nomor ponsel yang terdaftar di OVO')
    assert.equal(await field.isVisible(), true)
    assert.equal(await field.inputValue(), '0812')
    assert.equal(await field.getAttribute('aria-invalid'), 'true')
    assert.equal(await field.getAttribute('aria-describedby'), 'account-ovo-error account-ovo-hint')
    await page.getByRole('link', { name: 'Nomor ponsel tidak benar' }).click()
    assert.equal(await page.locator(':focus').getAttribute('id'), 'account-ovo')
    await page.context().close()
  }
  for (const [name, heading] of [
    ['methods-missing', 'Cara bayar belum dipilih'],
    ['methods-unavailable', 'Cara bayar itu tidak tersedia'],
    ['methods-refused', 'Pembayaran belum berhasil'],
  ] as const) {
    const { page } = await pages.visit(name)
    await page.getByRole('group', { name: heading }).and(page.locator(':focus')).waitFor()
    await page.context().close()
  }
})

test('the keyboard opens a family and picks in it, and shows where it is', async () => {
  const { page } = await pages.visit('methods')
  const press = async (key: string): Promise<string> => {
    await page.keyboard.press(key)
    const { name, outline } = await page.evaluate(() => {
      const element = document.activeElement
      const { outlineStyle, outlineWidth } = getComputedStyle(element ?? document.body)
      return {
        name: element?.querySelector('strong')?.textContent ?? element?.textContent?.trim() ?? '',
        outline: `${outlineStyle} ${outlineWidth}`,
      }
    })
    assert.equal(outline, 'solid 3px', `${name} shows the focus`)
    return name
  }
  assert.equal(await press('Tab'), 'Lihat kartu uji')
  assert.equal(await press('Tab'), 'English')
  assert.equal(await press('Tab'), 'Virtual account bank')
  assert.equal(await press('Tab'), 'QRIS', 'what is folded is not stopped at')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  assert.equal(await press('Tab'), 'BCA')
  assert.equal(await press('Tab'), 'Mandiri')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/done')
  assert.equal(pages.posts[0]?.fields['method'], 'vamandiri')
  await page.context().close()
})

test('of a page with many forms one is sent, and once', async () => {
  pages.silent.add('/methods-few/method')
  const { page } = await pages.visit('methods-few')
  const answered = page.waitForResponse((response) => response.request().method() === 'POST')
  await page.getByRole('button', { name: 'BCA', exact: true }).dblclick()
  await answered
  await page.getByText('Memproses…').first().waitFor()
  await page.getByRole('button', { name: 'QRIS' }).click()
  // A request sent after the last click, so that a second POST would be in the list by now.
  await page.evaluate(() => fetch('/status'))
  assert.deepEqual(
    pages.posts.map(({ fields }) => fields['method']),
    ['vabca'],
  )
  pages.silent.delete('/methods-few/method')
  await page.context().close()
})

test('without a network nothing is picked, and the page says so', async () => {
  const { page } = await pages.visit('methods-few')
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'QRIS' }).click()
  await page.getByRole('alert').filter({ hasText: 'Koneksi internet terputus' }).waitFor()
  assert.equal(pages.posts.length, 0)
  await page.context().close()
})

test('who comes back by the back button sees the page as it is now, and has sent nothing again', async () => {
  const { page } = await pages.visit('methods')
  await page.getByRole('button', { name: 'QRIS' }).click()
  await page.waitForURL('**/done')
  // Meanwhile the order waits for that payment: what comes back is that page, not the old form.
  pages.answers.set('/methods', () => sample('qr', 'id'))
  await page.goBack()
  await page.getByRole('heading', { name: 'Pindai untuk membayar dengan QRIS' }).waitFor()
  assert.equal(pages.posts.length, 1)
  pages.answers.delete('/methods')
  await page.context().close()
})

test('the number is selected without gaps, and number and amount are copied', async () => {
  const { page } = await pages.visit('account', { permissions: ['clipboard-read', 'clipboard-write'] })
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await page.getByRole('button', { name: 'Salin nomor' }).click()
  await page.getByText('Tersalin').first().waitFor()
  assert.equal(await copied(), '8804400012345678')
  await page.getByRole('button', { name: 'Salin jumlah' }).click()
  await page.getByRole('button', { name: 'Tersalin' }).nth(1).waitFor()
  assert.equal(await copied(), '285000')
  await page.getByText('4000', { exact: true }).click()
  assert.equal(await page.evaluate(() => String(getSelection())), '8804400012345678')
  await page.context().close()
})

test('without script the number can be read and selected, and the page reads itself again every 15 seconds', async () => {
  for (const name of ['account', 'pay-code', 'qr', 'wallet'])
    assert.match(
      sample(name, 'id')?.html ?? '',
      new RegExp(`<noscript><meta http-equiv="refresh" content="15;url=/${name}\\?lang=id"/></noscript>`),
      name,
    )
  const { page } = await pages.visit('account', { javaScriptEnabled: false })
  assert.equal(await page.getByRole('button', { name: 'Salin nomor' }).isVisible(), false)
  assert.equal(await page.getByRole('button', { name: 'Cetak' }).isVisible(), false)
  assert.equal(await page.getByText('5678', { exact: true }).isVisible(), true)
  await page.getByText('ATM BCA').click()
  assert.equal(await page.getByText('Masukkan kartu ATM dan PIN.').isVisible(), true)
  await page.getByRole('link', { name: 'Periksa lagi' }).click()
  await page.waitForURL('**/account?lang=id')
  await page.context().close()
})

test('the other way to pay is one button away where it may be changed, and nowhere else', async () => {
  for (const javaScriptEnabled of [true, false])
    for (const name of ['account', 'qr', 'wallet', 'wallet-pushed']) {
      const { page } = await pages.visit(name, { javaScriptEnabled })
      await page.getByRole('button', { name: 'Ganti cara bayar' }).click()
      await page.waitForURL('**/done')
      assert.deepEqual(pages.posts, [{ path: `/${name}/change`, fields: { formNo: '1', lang: 'id' } }])
      await page.context().close()
    }
  for (const name of ['account-plain', 'qr-abroad', 'paylater', 'card', 'stored'])
    assert.doesNotMatch(sample(name, 'id')?.html ?? '', /Ganti cara bayar|\/change/, name)
  for (const name of ['card-changeable', 'stored-changeable']) {
    const { page } = await pages.visit(name, { javaScriptEnabled: false })
    await page.getByRole('link', { name: 'Ganti cara bayar' }).click()
    await page.waitForURL(`**/${name}?lang=id&methods=1`)
    assert.deepEqual(pages.posts, [])
    await page.context().close()
  }
})

test('pages that wait for a payment are read again when its state is another', async () => {
  let state = 'processing'
  pages.answers.set('/status', () => stateOf(state))
  for (const name of ['account', 'qr', 'wallet']) {
    state = 'processing'
    const { page } = await pages.visit(name)
    await page.waitForResponse('**/status')
    assert.equal(new URL(page.url()).search, '')
    state = 'captured'
    await page.waitForURL(`**/${name}?lang=id`)
    await page.context().close()
  }
  pages.answers.set('/status', () => stateOf('processing'))
})

test('a payment that takes a day is asked for ever more seldom, at last every 30 seconds', async () => {
  const page = await pages.visitFrozen('account')
  const asked = () => pages.requests.filter((each) => each === 'GET /status').length
  const pass = async (seconds: number): Promise<number> => {
    const before = asked()
    for (let passed = 0; passed < seconds; passed += 5) {
      await page.clock.runFor(5000)
      // Behind the question that this may have begun, so that its answer is there.
      await page.evaluate(() => fetch('/status?behind'))
    }
    return asked() - before - seconds / 5
  }
  const first = await pass(30)
  assert.ok(first >= 4, `${first} in the first half minute`)
  await pass(60)
  const later = await pass(300)
  assert.ok(later >= 8 && later <= 10, `${later} in five minutes`)
  await page.context().close()
})

test('the time left is that of the way to pay, not of the order', async () => {
  const page = await pages.visitFrozen('qr')
  assert.equal(await page.locator('[data-countdown]').innerText(), '30:00')
  await page.getByText('23 Nov 2026 17.11 WIB').waitFor()
  await page.clock.runFor(1000)
  assert.equal(await page.locator('[data-countdown]').innerText(), '29:59')
  await page.context().close()
})

test('the deadline is told by the payer’s own clock as well, where that is another', async () => {
  const east = await pages.visit('account', { timezoneId: 'Asia/Jayapura', locale: 'id-ID' })
  const local = east.page.locator('[data-local-time]')
  assert.match(await local.innerText(), /Waktu setempat\s+24 Nov 2026,? 18\.41 WIT/)
  await east.page.context().close()
  for (const timezoneId of ['Asia/Jakarta', 'Asia/Pontianak', 'Asia/Bangkok']) {
    const west = await pages.visit('account', { timezoneId })
    assert.equal(await west.page.locator('[data-local-time]').isVisible(), false, timezoneId)
    await west.page.context().close()
  }
  const bare = await pages.visit('account', { javaScriptEnabled: false, timezoneId: 'Asia/Jayapura' })
  assert.equal(await bare.page.locator('[data-local-time]').isVisible(), false)
  assert.equal(await bare.page.getByText('24 Nov 2026 16.41 WIB').isVisible(), true)
  await bare.page.context().close()
})

test('the code to scan is shown, told and kept, on white by night as well', async () => {
  const { page, complaints } = await pages.visit('qr', { colorScheme: 'dark' })
  const picture = page.getByRole('img', { name: 'Kode QRIS untuk membayar Rp285.000 ke Kopi Contoh Nusantara' })
  assert.ok(await picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0))
  assert.equal(await picture.evaluate((image) => getComputedStyle(image).backgroundColor), 'rgb(255, 255, 255)')
  const save = page.getByRole('link', { name: 'Simpan gambar' })
  assert.equal(await save.getAttribute('href'), '/qr.png')
  assert.equal(await save.getAttribute('download'), 'qris-INV-2026-000123.png')
  await page.getByText('ID1020000000012', { exact: true }).waitFor()
  assert.equal(await page.getByText(qr.payload).isVisible(), false)
  await page.getByText('Isi kode sebagai teks').click()
  assert.equal(await page.getByText(qr.payload).isVisible(), true)
  assert.deepEqual(complaints, [])
  await page.context().close()
  assert.doesNotMatch(sample('qr-abroad', 'id')?.html ?? '', /NMID/)
})

test('the code to scan keeps its size on the smallest screen', async () => {
  const { page } = await pages.visit('qr', { viewport: { width: 320, height: 640 } })
  const box = await page.getByRole('img').boundingBox()
  assert.ok(box && box.width >= 256 && Math.abs(box.width - box.height) < 1, JSON.stringify(box))
  assert.ok(box.x >= 0 && box.x + box.width <= 320)
  await page.context().close()
})

test('a wallet is opened by a link that tells it nothing, and a phone that was asked has none', async () => {
  const { page } = await pages.visit('wallet')
  const link = page.getByRole('link', { name: 'Buka DANA' })
  assert.equal(await link.getAttribute('href'), wallet.href)
  assert.equal(await link.getAttribute('rel'), 'noreferrer')
  await page.context().close()
  const pushed = sample('wallet-pushed', 'en')?.html ?? ''
  assert.match(pushed, /sent to OVO at 0812••••7890/)
  assert.doesNotMatch(pushed, /Open OVO</)
})

test('a receipt says what was paid with, also where it was no card', () => {
  const said = (name: string, language: 'id' | 'en') => (sample(name, language)?.html ?? '').replace(/<[^>]+>/g, ' ')
  assert.match(
    said('paid-account', 'id'),
    /Dibayar lewat\s+BCA Virtual Account\s+Nomor pembayaran\s+8804 4000 1234 5678/,
  )
  assert.match(said('paid-account', 'en'), /Bank reference\s+20261123170500123/)
  assert.match(said('paid-wallet', 'en'), /Paid by\s+DANA\s+Bank reference/)
  assert.doesNotMatch(said('paid-wallet', 'en'), /Payment number/)
  assert.doesNotMatch(said('paid-qr', 'en'), /Payment number|Bank reference/)
  for (const name of ['paid-account', 'paid-wallet', 'paid-qr', 'refunded-account', 'partially-refunded-account'])
    for (const language of ['id', 'en'] as const) {
      const html = sample(name, language)?.html ?? ''
      const main = /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? ''
      assert.ok(main.length > 500)
      assert.doesNotMatch(main, /kartu|card|persetujuan|approval code/i, `${name} in ${language} speaks of no card`)
    }
})

test('on paper the ways to pay are all open, and afterwards as they were', async () => {
  const { page } = await pages.visit('account')
  const step = page.getByText('Masukkan kartu ATM dan PIN.')
  assert.equal(await step.isVisible(), false)
  await page.emulateMedia({ media: 'print' })
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')))
  assert.equal(await step.isVisible(), true)
  assert.equal(await page.getByRole('button').count(), 0)
  assert.equal(await page.getByRole('link').count(), 0)
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')))
  await page.emulateMedia({ media: 'screen' })
  assert.equal(await step.isVisible(), false)
  await page.context().close()
})

test('what a merchant writes is text on these pages too', () => {
  const hostile = '"><script>alert(1)</script><img src=x>'
  for (const step of [aPicker(), code, qr, wallet]) {
    const { html } = checkoutSample(
      aCheckoutPage({ merchantName: hostile, orderId: hostile, description: hostile, step }),
    )
    assert.doesNotMatch(html, /<img src=x|alert\(1\)<\/script>/, step.kind)
    assert.equal(html.match(/<script/g)?.length, 1, step.kind)
  }
})

test('text that a payer spaces out still fits into 320 px', async () => {
  for (const name of ['methods-account-invalid', 'account', 'account-extreme', 'qr', 'wallet', 'paid-account']) {
    const { page } = await pages.visit(name, { viewport: { width: 320, height: 640 } })
    await spaced(page)
    const { scrollWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth }))
    assert.ok(scrollWidth <= 320, `${name}: ${scrollWidth}`)
    await assertAccessible(page, `${name} with spaced text`)
    await page.context().close()
  }
})

/** The text spacing of WCAG 1.4.12, set past the page's policy as a payer's own style is. */
async function spaced(page: Page): Promise<void> {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(
      '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }',
    )
    document.adoptedStyleSheets = [sheet]
    for (const each of document.querySelectorAll('details')) each.open = true
  })
}
