import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageHeaders } from './headers.ts'

function directive(headers: Record<string, string>, name: string): string | undefined {
  return headers['content-security-policy']?.split('; ').find((part) => part.startsWith(`${name} `))
}

test('nothing but our own origin is reachable, and nobody frames a page', () => {
  const headers = pageHeaders()
  assert.equal(directive(headers, 'default-src'), "default-src 'none'")
  assert.equal(directive(headers, 'form-action'), "form-action 'self'")
  assert.equal(directive(headers, 'frame-src'), "frame-src 'self'")
  assert.equal(directive(headers, 'frame-ancestors'), "frame-ancestors 'none'")
  assert.match(directive(headers, 'script-src') ?? '', /^script-src 'sha256-[A-Za-z0-9+/]{43}='$/)
  assert.match(directive(headers, 'style-src') ?? '', /^style-src 'sha256-[A-Za-z0-9+/]{43}='$/)
  assert.doesNotMatch(headers['content-security-policy'] ?? '', /unsafe|\*|http/)
  assert.equal(headers['cache-control'], 'no-store')
})

test("an issuer's origin is reachable where a step names it, a path or another scheme adds nothing", () => {
  const headers = pageHeaders({
    targets: ['https://acs.bank.example:8443/challenge?x=1; script-src *', '/sandbox/acs', 'javascript:alert(1)'],
  })
  assert.equal(directive(headers, 'form-action'), "form-action 'self' https://acs.bank.example:8443")
  assert.equal(directive(headers, 'frame-src'), "frame-src 'self' https://acs.bank.example:8443")
})

test('the frame of the 3DS method step may stand in the page of any merchant', () => {
  const headers = pageHeaders({ framedBy: 'anybody' })
  assert.equal(directive(headers, 'frame-ancestors'), 'frame-ancestors *')
  assert.equal(headers['x-frame-options'], undefined)
})
