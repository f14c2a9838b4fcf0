import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser } from 'playwright-core'
import { assertAccessible } from './axe.ts'
import type { PageServer } from './page-server.ts'

/** What a payer may hold: a small phone by day, a large screen by night. Both see every page in one language. */
const eyes = [
  { viewport: { width: 320, height: 640 }, colorScheme: 'light', language: 'id', other: 'en' },
  { viewport: { width: 1280, height: 800 }, colorScheme: 'dark', language: 'en', other: 'id' },
] as const

/** Whether a sample is a page of a way to pay other than cards: they are walked through in a file of their own. */
export function isWay(name: string): boolean {
  return /^(methods|account|pay-code|qr|wallet|paylater)/.test(name)
}

/** Samples whose folded parts differ; the others fold away the same. */
const unfolded = new Set(['methods', 'methods-account-invalid', 'account', 'account-plain', 'pay-code-anywhere', 'qr'])

/** Looks at each of these pages with both eyes. */
export function walkThrough(names: readonly string[], opened: () => { browser: Browser; pages: PageServer }): void {
  for (const { viewport, colorScheme, language, other } of eyes) {
    test(`every page is accessible, fits and breaks no policy: ${viewport.width} px, ${colorScheme}, ${language}`, async (t) => {
      const { browser, pages } = opened()
      const context = await browser.newContext({ viewport, colorScheme })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      // Pages that go on by themselves hold still: their forms lead nowhere here.
      await page.addInitScript(() => {
        HTMLFormElement.prototype.submit = () => undefined
        HTMLFormElement.prototype.requestSubmit = () => undefined
      })
      for (const name of names)
        await t.test(name, async () => {
          for (const shown of [other, language]) {
            complaints.length = 0
            await page.goto(`${pages.origin}/${name}?lang=${shown}`)
            assert.equal(await page.locator('html').getAttribute('lang'), shown)
            assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= viewport.width, shown)
            assert.deepEqual(complaints, [], shown)
          }
          await assertAccessible(page, `${name} in ${language} at ${viewport.width} px, ${colorScheme}`)
          if (!unfolded.has(name)) return
          await page.evaluate(() => {
            for (const each of document.querySelectorAll('details')) each.open = true
          })
          assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= viewport.width, 'unfolded')
          await assertAccessible(page, `${name}, unfolded, in ${language} at ${viewport.width} px, ${colorScheme}`)
        })
      await context.close()
    })
  }
}
