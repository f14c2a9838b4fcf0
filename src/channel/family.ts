/** How payers come to pay, and what all channels of one kind share. */
export type Family = keyof typeof families

export interface FamilyRow {
  /** What moves the money: we ask an acquirer with the card, or the payer pays elsewhere and we are told. */
  readonly pays: 'card' | 'elsewhere'
  /** What a payer takes from `initiate` to the place where the money is. */
  readonly gives: 'page' | 'code' | 'qr' | 'link'
  /** Whether an order can be cancelled before its payer has opened the provider's session (finpay-api.md 7.2). */
  readonly cancelsUnopened: boolean
  /** Whether we are told of a payer who was refused; elsewhere the order stays open. */
  readonly tellsRefusals: boolean
  /** What a merchant may ask for once it is paid. */
  readonly voids: boolean
  readonly refunds: boolean
  /** Minutes until an order expires that says nothing of it. */
  readonly timeoutMinutes: number
}

/** The contract's default for every product (finpay-api.md 3.2). */
const timeoutMinutes = 1_440

const elsewhere = { pays: 'elsewhere', voids: false, timeoutMinutes } as const

export const families = {
  card: {
    pays: 'card',
    gives: 'page',
    cancelsUnopened: true,
    tellsRefusals: true,
    voids: true,
    refunds: true,
    timeoutMinutes,
  },
  'virtual-account': { ...elsewhere, gives: 'code', cancelsUnopened: true, tellsRefusals: false, refunds: false },
  qris: { ...elsewhere, gives: 'qr', cancelsUnopened: false, tellsRefusals: false, refunds: true },
  'cross-border-qr': { ...elsewhere, gives: 'qr', cancelsUnopened: false, tellsRefusals: false, refunds: true },
  paycode: { ...elsewhere, gives: 'code', cancelsUnopened: true, tellsRefusals: false, refunds: false },
  wallet: { ...elsewhere, gives: 'link', cancelsUnopened: false, tellsRefusals: true, refunds: true },
  'internet-banking': { ...elsewhere, gives: 'link', cancelsUnopened: true, tellsRefusals: true, refunds: false },
  paylater: { ...elsewhere, gives: 'link', cancelsUnopened: true, tellsRefusals: true, refunds: true },
  'direct-debit': { ...elsewhere, gives: 'link', cancelsUnopened: true, tellsRefusals: true, refunds: true },
} as const satisfies Readonly<Record<string, FamilyRow>>
