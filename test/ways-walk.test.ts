import { after, before } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { qrPicture, sampleNames } from './page-samples.ts'
import { PageServer } from './page-server.ts'
import { isWay, walkThrough } from './page-walk.ts'

let browser: Browser
let pages: PageServer

before(async () => {
  browser = await launchBrowser()
  pages = await PageServer.start(browser)
  pages.answers.set('/qr.svg', () => qrPicture)
  pages.answers.set('/status', () => ({
    html: JSON.stringify({ state: 'processing' }),
    headers: { 'content-type': 'application/json' },
  }))
})

after(async () => {
  await browser?.close()
  await pages?.close()
})

walkThrough(sampleNames.filter(isWay), () => ({ browser, pages }))
