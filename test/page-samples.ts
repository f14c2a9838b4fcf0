import { rupiah } from '../src/base/money.ts'
import { checkoutHeaders, checkoutPage } from '../src/checkout/checkout-page.tsx'
import { channels } from '../src/channel/catalogue.ts'
import { problemPage, unknownLinkPage } from '../src/checkout/problem-page.tsx'
import type { CheckoutPage, CheckoutStep, PointsView } from '../src/checkout/view.ts'
import { pageHeaders } from '../src/pages/headers.ts'
import type { Language } from '../src/pages/language.ts'
import { acsChallengePage } from '../src/sandbox/acs-challenge-page.tsx'
import { acsMethodPage } from '../src/sandbox/acs-method-page.tsx'
import { acsReturnPage, acsUnknownPage } from '../src/sandbox/acs-return-page.tsx'
import { cardsPage } from '../src/sandbox/cards-page.tsx'
import { homePage } from '../src/sandbox/home-page.tsx'
import { providerSamples } from './provider-samples.ts'

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
  changeable: false,
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
  changeable: false,
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
  means: { kind: 'card', cardMask: '512345xxxxxx0008', approvalCode: '831000' },
  reference: '0f6b8a4e-6f0e-4c39-9a55-3f0d1c1a7b21',
  returnUrl: 'https://shop.example/thanks?order=7',
  again: false,
} as const satisfies CheckoutStep

const asked: Readonly<Record<string, 'phone' | 'cashtag'>> = { ovo: 'phone', jeniuspay: 'cashtag' }

/** The picker with the channels of these ids, or all. */
export function aPicker(ids?: readonly string[]) {
  return {
    kind: 'picker',
    formNo: 1,
    methods: channels
      .filter(({ id }) => ids === undefined || ids.includes(id))
      .map(({ id }) => ({ channel: id, asks: asked[id] ?? null, account: '' })),
    remembered: null,
    errors: {},
    refusal: null,
  } as const satisfies CheckoutStep
}

const waiting = {
  statusUrl: '/status',
  state: 'processing',
  payBefore: new Date('2026-11-24T09:41:12Z'),
  changeable: true,
  formNo: 1,
} as const

export const code = {
  ...waiting,
  kind: 'code',
  channel: 'vabca',
  code: '8804400012345678',
} as const satisfies CheckoutStep

export const qr = {
  ...waiting,
  kind: 'qr',
  channel: 'qris',
  payBefore: new Date('2026-11-23T10:11:12Z'),
  imageUrl: '/qr.svg',
  pngUrl: '/qr.png',
  payload:
    '00020101021226660014ID.EXAMPLE.WWW011893600999000000001202150000000000123450303UMI51440014ID.CO.QRIS.WWW0215ID10200000000120303UMI520454995303360540410005802ID5911TOKO CONTOH6007JAKARTA61051219062200116INV16867161011516304ED25',
  nmid: 'ID1020000000012',
} as const satisfies CheckoutStep

/** Squares of the right size: what a picture of a code looks like to a page. */
export const qrPicture: Sample = {
  html: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 37 37"><rect width="37" height="37" fill="#fff"/><path d="${Array.from(
    { length: 29 * 29 },
    (_, place) => [place % 29, Math.floor(place / 29)] as const,
  )
    .filter(([x, y]) => (x * 7 + y * 13 + x * y) % 3 === 0)
    .map(([x, y]) => `M${x + 4} ${y + 4}h1v1h-1z`)
    .join('')}"/></svg>`,
  headers: { 'content-type': 'image/svg+xml' },
}

export const wallet = {
  ...waiting,
  kind: 'wallet',
  refusal: null,
  channel: 'dana',
  href: 'https://m.dana.example/pay?id=7',
  pushedTo: null,
} as const satisfies CheckoutStep

const pushed = { ...wallet, channel: 'ovo', href: null, pushedTo: '0812••••7890' } as const satisfies CheckoutStep

const paidBy = {
  kind: 'channel',
  channel: 'vabca',
  code: '8804400012345678',
  bankReference: '20261123170500123',
} as const

const mistakes = { number: 'invalid', expiry: 'past', cvv: 'missing', name: 'missing' } as const

/** Every state that a payer can meet, by name. */
const steps: Readonly<Record<string, Partial<CheckoutPage> & Pick<CheckoutPage, 'step'>>> = {
  card: { step: cardForm },
  picker: { step: { ...cardForm, picker: true } },
  methods: { step: aPicker() },
  'methods-few': { step: aPicker(['vabca', 'vamandiri', 'qris', 'ovo', 'cc']) },
  'methods-remembered': { step: { ...aPicker(), remembered: 'vabri' } },
  'methods-remembered-account': {
    step: {
      ...aPicker(),
      methods: aPicker().methods.map((each) => (each.channel === 'ovo' ? { ...each, account: '081200000000' } : each)),
      remembered: 'ovo',
    },
  },
  'methods-missing': { step: { ...aPicker(), formNo: 2, errors: { method: 'missing' } } },
  'methods-unavailable': { step: { ...aPicker(), errors: { method: 'unavailable' } } },
  'methods-account-missing': {
    step: { ...aPicker(), errors: { account: { channel: 'jeniuspay', fault: 'missing' } } },
  },
  'methods-account-invalid': {
    step: {
      ...aPicker(),
      methods: aPicker().methods.map((each) => (each.channel === 'ovo' ? { ...each, account: '0812' } : each)),
      errors: { account: { channel: 'ovo', fault: 'invalid' } },
    },
  },
  'methods-refused': { step: { ...aPicker(), formNo: 2, refusal: { reason: 'way_cancelled', attemptsLeft: 4 } } },
  'stored-changeable': { step: { ...storedCard, changeable: true } },
  'card-changeable': { step: { ...cardForm, changeable: true } },
  account: { step: code },
  'account-plain': { step: { ...code, channel: 'vanagari', code: '88441000123456789', changeable: false } },
  'account-extreme': {
    merchantName: 'Perkumpulan Pengusaha Kerajinan Tangan Nusantara Sejahtera Bersama',
    amount: rupiah(99_999_999_999_999n),
    step: { ...code, channel: 'vabnc', code: '9'.repeat(30) },
  },
  'pay-code': { step: { ...code, channel: 'alfamart', code: '880270012345' } },
  'pay-code-anywhere': { step: { ...code, channel: 'finpaycode', code: '8802700000076850' } },
  'pay-code-post': { step: { ...code, channel: 'pospay', code: '880270012345' } },
  qr: { step: qr },
  'qr-abroad': { step: { ...qr, channel: 'alipay', nmid: null, changeable: false } },
  wallet: { step: wallet },
  'wallet-pushed': { step: pushed },
  'wallet-refused': { step: { ...wallet, refusal: { reason: 'way_declined', attemptsLeft: 2 } } },
  paylater: { step: { ...wallet, channel: 'kredivo', changeable: false } },
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
  'paid-account': { step: { ...paid, means: paidBy } },
  'paid-wallet': { step: { ...paid, means: { ...paidBy, channel: 'dana', code: null } } },
  'paid-qr': { step: { ...paid, means: { kind: 'channel', channel: 'qris', code: null, bankReference: null } } },
  'refunded-account': {
    step: { kind: 'refunded', returned: rupiah(285_000n), byCard: false, returnUrl: null },
  },
  'partially-refunded-account': {
    step: { kind: 'partially_refunded', returned: rupiah(85_000n), byCard: false, returnUrl: null },
  },
  expired: { step: { kind: 'expired', returned: null, byCard: true, returnUrl: 'https://shop.example/failed' } },
  cancelled: { step: { kind: 'cancelled', returned: null, byCard: true, returnUrl: null } },
  failed: { step: { kind: 'failed', returned: null, byCard: true, returnUrl: 'https://shop.example/failed' } },
  released: { step: { kind: 'released', returned: rupiah(285_000n), byCard: true, returnUrl: null } },
  'partially-refunded': {
    step: {
      kind: 'partially_refunded',
      returned: rupiah(85_000n),
      byCard: true,
      returnUrl: 'https://shop.example/thanks',
    },
  },
  refunded: {
    step: { kind: 'refunded', returned: rupiah(285_000n), byCard: true, returnUrl: 'https://shop.example/thanks' },
  },
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
  ...Object.fromEntries(
    Object.entries(providerSamples).map(([name, page]) => [name, (language: Language) => plain(page(language))]),
  ),
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
        simulators: { bank: '/bank', scan: '/scan', wallet: '/wallet' },
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
