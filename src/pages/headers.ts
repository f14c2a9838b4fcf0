import { createHash } from 'node:crypto'
import { script } from './script.ts'
import { stylesheet } from './stylesheet.ts'

/** Where a page may reach beyond our own origin, and who may put it into a frame. */
export interface Reach {
  /** Where forms and frames of this page go: an issuer's access control server. A path is our own origin. */
  readonly targets?: readonly string[]
  /** Pictures of our own origin are shown, beside those inside the page. */
  readonly pictures?: 'own'
  /** Only the simulated bank's look at a browser is ever framed: a bank does not know whose page it is in. */
  readonly framedBy?: 'nobody' | 'anybody'
}

const styleHash = hashOf(stylesheet)
const scriptHash = hashOf(script)

/**
 * The headers of every HTML answer: the one style and the one script are named by hash, no origin but
 * ours (and the issuer's, where a step needs it) is reachable, and nothing is kept (PCI DSS 4, 6.4.3 and
 * 11.6.1). `same-origin` for the referrer, not `no-referrer`: the latter makes browsers send
 * `Origin: null` with our own forms (Fetch, 3.2), and a check of `Origin` would refuse them.
 */
export function pageHeaders({ targets = [], pictures, framedBy = 'nobody' }: Reach = {}): Record<string, string> {
  const elsewhere = targets.filter((target) => /^https?:/.test(target)).map((target) => new URL(target).origin)
  const reachable = ["'self'", ...new Set(elsewhere)].join(' ')
  return {
    'content-security-policy': [
      "default-src 'none'",
      `style-src ${styleHash}`,
      `script-src ${scriptHash}`,
      pictures === 'own' ? "img-src 'self' data:" : 'img-src data:',
      "connect-src 'self'",
      `form-action ${reachable}`,
      `frame-src ${reachable}`,
      `frame-ancestors ${framedBy === 'anybody' ? '*' : "'none'"}`,
      "base-uri 'none'",
    ].join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    ...(framedBy === 'nobody' && { 'x-frame-options': 'DENY' }),
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'content-type': 'text/html; charset=utf-8',
  }
}

/** A CSP hash source. The bytes are those between the tags. */
function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
