import { rupiah } from '../src/base/money.ts'
import { checkoutHeaders, checkoutPage } from '../src/checkout/checkout-page.tsx'
import { problemPage, unknownLinkPage } from '../src/checkout/problem-page.tsx'
import type { CheckoutPage, CheckoutStep, PointsView } from '../src/checkout/view.ts'
import { pageHeaders } from '../src/pages/headers.ts'
import type { Language } from '../src/pages/language.ts'
import { acsChallengePage } from '../src/sandbox/acs-challenge-page.tsx'
import { acsMethodPage } from '../src/sandbox/acs-method-page.tsx'
import { acsReturnPage, acsUnknownPage } from '../src/sandbox/acs-return-page.tsx'
import { cardsPage } from '../src/sandbox/cards-page.tsx'
import { homePage } from '../src/sandbox/home-page.tsx'

/** A page as a door sends it. */
export interface Sample {
  readonly html: string
  readonly headers: Record<string, string>
}

const now = new Date('2026-11-23T09:41:12Z')

/** A valid page of an order, with overrides. */
export function aCheckoutPage(overrides: Partial<CheckoutPage> & Pick<CheckoutPage, 'step'>): CheckoutPage {
  return {
    language: 'id',
    merchantName: 'Kopi Contoh Nusantara',
    orderId: 'INV-2026-000123',
    description: 'Biji kopi Gayo 1 kg, giling sedang',
    amount: rupiah(285_000n),
    expiresAt: new Date('2026-11-24T09:41:12Z'),
    now,
    testCardsUrl: '/sandbox/cards',
    action: '/pg/payment/card/access/00',
    backUrl: 'https://shop.example/cart?id=7',
    recurring: null,
    ...overrides,
  }
}

export const cardForm = {
  kind: 'card-form',
  formNo: 1,
  picker: false,
  takes: null,
  values: { name: '', save: false, points: false },
  points: null,
  keeping: 'never',
  errors: {},
  refusal: null,
} as const satisfies CheckoutStep

const recurring = {
  amount: rupiah(75_000n),
  interval: 1,
  unit: 'month',
  maxCharges: 12,
  startDate: null,
  endDate: null,
} as const satisfies CheckoutPage['recurring']

const points = {
  last4: '0008',
  offers: [{ bin: '512345', count: 9_999n, worth: rupiah(49_995n) }],
} as const satisfies PointsView

const otherOffer = { bin: '443426', count: 1_200n, worth: rupiah(12_000n) } as const

export const storedCard = {
  kind: 'stored-card',
  formNo: 1,
  cardMask: '512345xxxxxx0008',
  points: null,
  values: { points: false },
  errors: {},
  refusal: null,
} as const satisfies CheckoutStep

export const paid = {
  kind: 'paid',
  amount: rupiah(285_000n),
  isHeld: false,
  paidAt: new Date('2026-11-23T10:05:00Z'),
  cardMask: '512345xxxxxx0008',
  approvalCode: '831000',
  reference: '0f6b8a4e-6f0e-4c39-9a55-3f0d1c1a7b21',
  returnUrl: 'https://shop.example/thanks?order=7',
  again: false,
} as const satisfies CheckoutStep

const mistakes = { number: 'invalid', expiry: 'past', cvv: 'missing', name: 'missing' } as const

/** Every state that a payer can meet, by name. */
const steps: Readonly<Record<string, Partial<CheckoutPage> & Pick<CheckoutPage, 'step'>>> = {
  card: { step: cardForm },
  picker: { step: { ...cardForm, picker: true } },
  mistakes: {
    step: {
      ...cardForm,
      formNo: 2,
      values: { name: 'SITI CONTOH', save: true, points: false },
      keeping: 'offered',
      errors: mistakes,
    },
  },
  restricted: { step: { ...cardForm, takes: { bins: ['512345', '443426'], types: ['CREDIT', 'DEBIT'] } } },
  'not-allowed': {
    step: {
      ...cardForm,
      takes: { bins: Array.from({ length: 40 }, (_, index) => String(44_342_600 + index)), types: null },
      errors: { number: 'not_allowed' },
    },
  },
  'not-a-test-card': { step: { ...cardForm, errors: { number: 'not_a_test_card' } } },
  refused: { step: { ...cardForm, formNo: 2, refusal: { reason: 'insufficient_funds', attemptsLeft: 3 } } },
  'last-try': { step: { ...cardForm, refusal: { reason: 'authentication_failed', attemptsLeft: 1 } } },
  'blocked-card': { step: { ...cardForm, refusal: { reason: 'too_many_card', attemptsLeft: null } } },
  'blocked-bank': { step: { ...cardForm, refusal: { reason: 'too_many_bank', attemptsLeft: null } } },
  'blocked-connection': { step: { ...storedCard, refusal: { reason: 'too_many_connection', attemptsLeft: null } } },
  live: { testCardsUrl: null, backUrl: null, description: null, step: cardForm },
  extreme: {
    merchantName: 'Perkumpulan Pengusaha Kerajinan Tangan Nusantara Sejahtera Bersama',
    orderId: 'A'.repeat(64),
    description: 'Pesanan'.repeat(20),
    amount: rupiah(99_999_999_999_999n),
    expiresAt: new Date(now.getTime() + 4 * 60_000),
    step: cardForm,
  },
  'card-offered': { step: { ...cardForm, keeping: 'offered' } },
  'card-kept': { step: { ...cardForm, keeping: 'always' } },
  points: { step: { ...cardForm, points } },
  'points-by-number': { step: { ...cardForm, points: { ...points, offers: [...points.offers, otherOffer] } } },
  'points-mistake': {
    step: { ...cardForm, points, values: { ...cardForm.values, points: true }, errors: { points: 'other_card' } },
  },
  recurring: { step: { ...cardForm, keeping: 'always' }, recurring },
  'recurring-until': {
    step: storedCard,
    recurring: {
      ...recurring,
      interval: 3,
      unit: 'week',
      maxCharges: null,
      startDate: '20261201',
      endDate: '20270228',
    },
  },
  'recurring-until-stopped': {
    step: { ...cardForm, keeping: 'always' },
    recurring: { ...recurring, maxCharges: null },
  },
  stored: { step: storedCard },
  'stored-points': { step: { ...storedCard, points } },
  'stored-mistake': { step: { ...storedCard, formNo: 2, errors: { cvv: 'invalid' } } },
  'stored-refused': { step: { ...storedCard, formNo: 2, refusal: { reason: 'invalid_csc', attemptsLeft: 4 } } },
  cvv: { step: { kind: 'cvv-form', formNo: 3, cardMask: '512345xxxxxx0008', error: null } },
  'cvv-mistake': { step: { kind: 'cvv-form', formNo: 3, cardMask: '512345xxxxxx0008', error: 'invalid' } },
  authenticate: { step: { kind: 'authenticate', method: { url: '/frame', data: 'e30' } } },
  'authenticate-without-method': { step: { kind: 'authenticate', method: null } },
  challenge: { step: { kind: 'challenge', acsUrl: '/bank', creq: 'e30' } },
  processing: { step: { kind: 'processing', statusUrl: '/status', state: 'processing' } },
  paid: { step: paid },
  'paid-again': { step: { ...paid, again: true } },
  held: { step: { ...paid, isHeld: true } },
  'held-again': { step: { ...paid, isHeld: true, again: true } },
  'paid-without-return': { step: { ...paid, returnUrl: null } },
  expired: { step: { kind: 'expired', returned: null, returnUrl: 'https://shop.example/failed' } },
  cancelled: { step: { kind: 'cancelled', returned: null, returnUrl: null } },
  failed: { step: { kind: 'failed', returned: null, returnUrl: 'https://shop.example/failed' } },
  released: { step: { kind: 'released', returned: rupiah(285_000n), returnUrl: null } },
  'partially-refunded': {
    step: { kind: 'partially_refunded', returned: rupiah(85_000n), returnUrl: 'https://shop.example/thanks' },
  },
  refunded: { step: { kind: 'refunded', returned: rupiah(285_000n), returnUrl: 'https://shop.example/thanks' } },
}

const hidden = { acsTransId: '5d2f' }
const challenge = {
  action: '/otp',
  hidden,
  merchantName: 'Kopi Contoh Nusantara',
  amount: rupiah(285_000n),
  cardLast4: '0008',
  otp: '112233',
}

/** The pages without an order, and those of the sandbox. */
const others: Readonly<Record<string, (language: Language) => Sample>> = {
  'unknown-link': (language) => plain(unknownLinkPage(language)),
  unavailable: (language) => plain(problemPage(language, 'unavailable')),
  internal: (language) => plain(problemPage(language, 'internal')),
  'too-many': (language) => plain(problemPage(language, 'too_many')),
  'bank-otp': (language) => plain(acsChallengePage({ ...challenge, language, error: null })),
  'bank-otp-wrong': (language) =>
    plain(acsChallengePage({ ...challenge, language, error: { kind: 'wrong', triesLeft: 2 } })),
  'bank-return': (language) =>
    plain(acsReturnPage({ language, notificationUrl: '/notify', cres: 'e30', threeDSSessionData: 'x' })),
  'bank-unknown': (language) => plain(acsUnknownPage(language)),
  'bank-method': (language) => ({
    html: acsMethodPage(language).toString(),
    headers: pageHeaders({ framedBy: 'anybody' }),
  }),
  'test-cards': (language) =>
    plain(
      cardsPage({
        language,
        path: '/test-cards',
        homeUrl: '/home',
        cards: [
          { pan: '5123450000000008', deck: 'MPGS', threeDs: 'Challenge', outcome: 'By expiry date and CVV' },
          { pan: '5123456789012346', deck: 'MPGS', threeDs: 'Frictionless', outcome: 'By expiry date and CVV' },
          { pan: '4811111111111114', deck: 'Midtrans', threeDs: 'Challenge', outcome: 'Approved' },
          { pan: '4911111111111113', deck: 'Midtrans', threeDs: 'Challenge', outcome: 'Denied by the bank' },
          { pan: '3337000000200004', deck: 'Xendit', threeDs: 'Challenge', outcome: 'Approved' },
        ],
        expiries: [
          { expiry: '01/39', outcome: 'APPROVED' },
          { expiry: '05/39', outcome: 'DECLINED' },
          { expiry: '04/27', outcome: 'EXPIRED_CARD' },
        ],
        cvvs: [
          { cvv: '100', outcome: 'MATCH' },
          { cvv: '102', outcome: 'NO_MATCH' },
        ],
        otp: '112233',
      }),
    ),
  home: (language) =>
    plain(
      homePage({
        language,
        path: '/home',
        baseUrl: 'http://127.0.0.1:8080',
        merchantId: 'FINPAY770',
        merchantKey: 'SoSecret123',
        curl: `curl -u FINPAY770:SoSecret123 http://127.0.0.1:8080/pg/payment/card/initiate \\\n  -H 'content-type: application/json' \\\n  -d '{"customer":{"mobilePhone":"+6281200000000"},"order":{"id":"ORDER-1","amount":"285000"}}'`,
        testCardsUrl: '/test-cards',
      }),
    ),
}

/** The names of all samples. */
export const sampleNames: readonly string[] = [...Object.keys(steps), ...Object.keys(others)]

/** One page in one language; undefined for a name that there is not. */
export function sample(name: string, language: Language): Sample | undefined {
  const overrides = steps[name]
  if (!overrides) return others[name]?.(language)
  return checkoutSample(aCheckoutPage({ action: `/${name}`, ...overrides, language }))
}

export function checkoutSample(page: CheckoutPage): Sample {
  return { html: checkoutPage(page).toString(), headers: checkoutHeaders(page) }
}

function plain(page: Buffer): Sample {
  return { html: page.toString(), headers: pageHeaders() }
}
