import { unreachable } from '../base/invariant.ts'
import { formatRupiah } from '../base/money.ts'
import { renderPage } from '../pages/document.tsx'
import { pageHeaders } from '../pages/headers.ts'
import { phrases } from '../pages/language.ts'
import { Shell } from '../pages/shell.tsx'
import { Authenticate, Challenge, Processing } from './bank-step-page.tsx'
import { CardForm, CvvForm } from './card-form-page.tsx'
import { Code } from './code-page.tsx'
import { Picker } from './picker-page.tsx'
import { Qr } from './qr-page.tsx'
import { Closed, closedWords, Paid } from './result-page.tsx'
import { BackLink, Summary } from './summary.tsx'
import { StoredCardForm } from './stored-card-page.tsx'
import type { CheckoutPage, CheckoutStep } from './view.ts'
import { methodOf } from './waiting.tsx'
import { Wallet } from './wallet-page.tsx'

/** The steps in which the payer has time left, and may leave. */
const openKinds: ReadonlySet<CheckoutStep['kind']> = new Set([
  'picker',
  'card-form',
  'stored-card',
  'cvv-form',
  'code',
  'qr',
  'wallet',
])

/** The page of an order in whatever state it is, as a whole HTML document. Send it with `checkoutHeaders`. */
export function checkoutPage(page: CheckoutPage): Buffer {
  const { language, action, testCardsUrl, step } = page
  const settled = step.kind === 'paid' || 'returned' in step
  const open = openKinds.has(step.kind)
  const refreshSeconds = step.kind === 'processing' ? 3 : 'payBefore' in step ? 15 : undefined
  return renderPage(
    <Shell
      language={language}
      path={action}
      testCardsUrl={testCardsUrl}
      simulatedUrl={simulatedUrlOf(page)}
      shape="gate"
    >
      {/* What happened comes first where it is all that matters; beside each other both are first. */}
      {settled ? <Step page={page} /> : null}
      <Summary page={page} open={open} />
      {settled ? null : <Step page={page} />}
      {open ? <BackLink page={page} /> : null}
    </Shell>,
    {
      title: `${titleOf(page)} · Gerbang`,
      language,
      self: `${action}?lang=${language}`,
      ...(refreshSeconds !== undefined && { refreshSeconds }),
    },
  )
}

/**
 * The headers of that page: an issuer's own address is reachable in the step that goes there, and only then; a picture
 * in the step that shows one.
 */
export function checkoutHeaders({ step }: CheckoutPage): Record<string, string> {
  if (step.kind === 'challenge') return pageHeaders({ targets: [step.acsUrl] })
  if (step.kind === 'authenticate' && step.method) return pageHeaders({ targets: [step.method.url] })
  if (step.kind === 'qr') return pageHeaders({ pictures: 'own' })
  return pageHeaders()
}

function Step({ page }: { page: CheckoutPage }) {
  const { step } = page
  switch (step.kind) {
    case 'picker':
      return <Picker page={page} step={step} />
    case 'code':
      return <Code page={page} step={step} />
    case 'qr':
      return <Qr page={page} step={step} />
    case 'wallet':
      return <Wallet page={page} step={step} />
    case 'card-form':
      return <CardForm page={page} step={step} />
    case 'stored-card':
      return <StoredCardForm page={page} step={step} />
    case 'cvv-form':
      return <CvvForm page={page} step={step} />
    case 'authenticate':
      return <Authenticate page={page} step={step} />
    case 'challenge':
      return <Challenge page={page} step={step} />
    case 'processing':
      return <Processing page={page} step={step} />
    case 'paid':
      return <Paid page={page} step={step} />
    case 'expired':
    case 'cancelled':
    case 'failed':
    case 'released':
    case 'partially_refunded':
    case 'refunded':
      return <Closed page={page} step={step} />
    default:
      return unreachable(step)
  }
}

function titleOf(view: CheckoutPage): string {
  const { language, amount, merchantName, step } = view
  const { card, page, refusal, cvvAgain, authenticate, challenge, processing, paid, held, ways } = phrases(language)
  switch (step.kind) {
    case 'picker':
    case 'card-form':
    case 'stored-card':
      if (step.refusal) return `${refusal.heading}. ${refusal.noMoney}`
      return Object.values(step.errors).some(Boolean)
        ? page.correctFirst(card.title(formatRupiah(amount), merchantName))
        : card.title(formatRupiah(amount), merchantName)
    case 'code':
    case 'qr':
    case 'wallet':
      return ways.waiting.title(formatRupiah(amount), merchantName, methodOf(view, step))
    case 'cvv-form':
      return step.error ? page.correctFirst(cvvAgain.title) : cvvAgain.title
    case 'authenticate':
      return authenticate.title
    case 'challenge':
      return challenge.title
    case 'processing':
      return processing.title
    case 'paid': {
      const told = step.isHeld ? held : paid
      return step.again ? told.againHeading : told.title(formatRupiah(step.amount), merchantName)
    }
    case 'expired':
    case 'cancelled':
    case 'failed':
    case 'released':
    case 'partially_refunded':
    case 'refunded': {
      const { title, money } = closedWords(view, step)
      return `${title}. ${money}`
    }
    default:
      return unreachable(step)
  }
}

/** Where the sandbox plays what the page waits for; null in live mode, and where it waits for nobody. */
function simulatedUrlOf({ testCardsUrl, action, step }: CheckoutPage): string | null {
  if (testCardsUrl === null) return null
  if (step.kind === 'code') return `/sandbox/bank?channel=${step.channel}&code=${step.code}`
  const token = action.slice(action.lastIndexOf('/') + 1)
  return step.kind === 'qr' || step.kind === 'wallet' ? `/sandbox/wallet/${token}` : null
}
