import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launchBrowser } from './browser.ts'

test('a CHROMIUM_PATH that does not start is one line that names it', async () => {
  const before = process.env['CHROMIUM_PATH']
  process.env['CHROMIUM_PATH'] = '/nonexistent/chromium'
  try {
    await assert.rejects(launchBrowser(), ({ message }: Error) => {
      assert.match(message, /^CHROMIUM_PATH names \/nonexistent\/chromium, which does not start: /)
      assert.equal(message.includes('\n'), false)
      return true
    })
  } finally {
    if (before === undefined) delete process.env['CHROMIUM_PATH']
    else process.env['CHROMIUM_PATH'] = before
  }
})
