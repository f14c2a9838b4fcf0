import { join } from 'node:path'
import { tmpdir } from 'node:os'
import type { Browser, BrowserContext, Page } from 'playwright-core'

/** A payer at a browser, who does what the pages say. */
export interface Payer {
  readonly page: Page
  readonly context: BrowserContext
  /** What the browser complained of: a blocked script, a failed request, an error of ours. */
  readonly complaints: string[]
}

export async function payer(
  browser: Browser,
  { locale = 'id-ID', script = true, width = 1280 }: { locale?: string; script?: boolean; width?: number } = {},
): Promise<Payer> {
  const context = await browser.newContext({
    locale,
    javaScriptEnabled: script,
    viewport: { width, height: 900 },
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    // A form that was filled in wrongly is answered 422, which the browser counts as an error.
    if (message.type() === 'error' && !message.text().includes('422')) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, context, complaints }
}

/** The deck's card that succeeds after a challenge (reference-facts.md 5.6). */
export const challengeCard = { number: '5123450000000008', expiry: '09/33', cvv: '100', name: 'Budi Santoso' } as const

export async function fillCard(
  page: Page,
  card: Partial<Record<keyof typeof challengeCard, string>> = {},
): Promise<void> {
  const { number, expiry, cvv, name } = { ...challengeCard, ...card }
  await page.fill('[name=number]', number)
  await page.fill('[name=expiry]', expiry)
  await page.fill('[name=cvv]', cvv)
  await page.fill('[name=name]', name)
}

/** Presses the one button of the form that pays. */
export async function submit(page: Page): Promise<void> {
  await page.locator('form button[type=submit]').first().click()
}

/** A picture of the page, for a person to look at, in a folder named by GERBANG_SHOTS. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['GERBANG_SHOTS']
  if (folder) await page.screenshot({ path: join(folder || tmpdir(), `${name}.png`), fullPage: true })
}
