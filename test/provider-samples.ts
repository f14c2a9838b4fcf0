import { rupiah } from '../src/base/money.ts'
import { channelOf } from '../src/channel/catalogue.ts'
import type { Language } from '../src/pages/language.ts'
import type { Receipt } from '../src/payment/receipt.ts'
import { lookUpPage, screenPage, type ScreenPage } from '../src/sandbox/bank-page.tsx'
import type { OrderBill } from '../src/sandbox/provider-page.tsx'
import { receiptPage } from '../src/sandbox/receipt-page.tsx'
import { askPage, declinedPage, sessionPage, type SessionPage } from '../src/sandbox/session-page.tsx'

/* The pages of the simulated banks, counters and wallets, by name. */

const bill: OrderBill = {
  merchantName: 'Kopi Contoh Nusantara',
  orderId: 'INV-2026-000123',
  customer: 'Siti Contoh',
  description: 'Biji kopi Gayo 1 kg, giling sedang',
  amount: rupiah(285_000n),
}

const longest: OrderBill = {
  merchantName: 'Perkumpulan Pengusaha Kerajinan Tangan Nusantara Sejahtera Bersama',
  orderId: 'A'.repeat(64),
  customer: 'N'.repeat(100),
  description: 'Pesanan'.repeat(20),
  amount: rupiah(99_999_999_999_999n),
}

const back = { href: '/home', text: 'Kopi Contoh Nusantara' }

const screen = (language: Language, overrides: Partial<ScreenPage> = {}) =>
  screenPage({
    language,
    path: '/provider-screen',
    channel: channelOf('vabri'),
    code: '777270123456789012',
    bill,
    refused: null,
    session: '0011223344556677',
    error: null,
    typed: '',
    ...overrides,
  })

const session = (language: Language, overrides: Partial<SessionPage> = {}) =>
  sessionPage({
    language,
    path: '/provider-session',
    action: '/session',
    hidden: {},
    channel: channelOf('gopay'),
    bill,
    state: { kind: 'asks', attemptNo: 1 },
    receiptUrl: null,
    back,
    ...overrides,
  })

const kept: Receipt = {
  merchantId: 'FINPAY770',
  orderId: 'INV-2026-000123',
  acquirerId: 'simulator',
  reference: '0f6b8a4e-6f0e-4c39-9a55-3f0d1c1a7b21',
  channel: 'vabri',
  paymentCode: '777270123456789012',
  amount: rupiah(285_000n),
  state: 'kept',
  reason: null,
}

const receipt = (language: Language, overrides: Partial<Parameters<typeof receiptPage>[0]> = {}) =>
  receiptPage({
    language,
    path: '/provider-receipt',
    merchantName: bill.merchantName,
    channel: channelOf('vabri'),
    receipt: kept,
    withdrawPath: '/withdraw',
    refusal: null,
    homeUrl: '/home',
    ...overrides,
  })

const ask = (language: Language, kind: 'scan' | 'open', error: string | null) =>
  askPage({ language, path: `/provider-${kind}`, kind, action: `/${kind}`, typed: '', error })

export const providerSamples: Readonly<Record<string, (language: Language) => Buffer>> = {
  'provider-look-up': (language) =>
    lookUpPage({
      language,
      path: '/provider-look-up',
      values: { channel: '', code: '' },
      errors: { channel: false, code: false },
    }),
  'provider-look-up-mistakes': (language) =>
    lookUpPage({
      language,
      path: '/provider-look-up',
      values: { channel: 'alfamart', code: 'x' },
      errors: { channel: true, code: true },
    }),
  'provider-screen': (language) => screen(language),
  'provider-screen-longest': (language) => screen(language, { bill: longest, error: 'wrongAmount', typed: '1' }),
  'provider-screen-unread': (language) => screen(language, { error: 'badAmount', typed: 'x' }),
  'provider-screen-paid': (language) => screen(language, { refused: 'paid_already' }),
  'provider-screen-open': (language) => screen(language, { bill: { ...bill, orderId: null, amount: null } }),
  'provider-screen-unknown': (language) => screen(language, { refused: 'unknown_number', bill: null }),
  'provider-session': (language) => session(language),
  'provider-session-longest': (language) => session(language, { bill: longest }),
  'provider-session-paid': (language) =>
    session(language, { state: { kind: 'paid', session: '0011223344556677' }, receiptUrl: '/receipt' }),
  'provider-session-expired': (language) =>
    session(language, { state: { kind: 'refused', reason: 'expired', session: '0011223344556677' } }),
  'provider-declined': (language) =>
    declinedPage({ language, path: '/provider-declined', channel: channelOf('gopay'), retryUrl: '/session', back }),
  'provider-receipt': (language) => receipt(language),
  'provider-receipt-returned': (language) =>
    receipt(language, { receipt: { ...kept, state: 'returned', reason: 'withdrawn' }, withdrawPath: null }),
  'provider-receipt-refused': (language) => receipt(language, { withdrawPath: null, refusal: 'given_back' }),
  'provider-scan': (language) => ask(language, 'scan', null),
  'provider-scan-mistake': (language) => ask(language, 'scan', 'x'),
  'provider-open': (language) => ask(language, 'open', null),
}
