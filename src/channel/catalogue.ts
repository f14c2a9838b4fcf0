/**
 * Every `sourceOfFunds.type` of the contract, as one table (finpay-api.md 4.2, observed-behaviour.md part
 * 2). What all channels of a family share stands in `family.ts`; one that is not here does not exist.
 */
import { families, type Family, type FamilyRow } from './family.ts'

export type { Family } from './family.ts'

/** The numbers that a channel gives out to be paid to. */
export interface CodeFormat {
  /** What the bank or counter has agreed for us; the merchant's prefix begins with it (`code.ts`). */
  readonly company: string
  /** Digits in all. */
  readonly length: number
}

interface Row {
  readonly id: string
  readonly family: Family
  /** Other spellings that merchants send for it. */
  readonly aliases?: readonly string[]
  /** How payers know it; a text where both languages say the same. */
  readonly name: string | { readonly id: string; readonly en: string }
  /** Three digits: `result.payment.channel`, and the end of `result.payment.reference`. */
  readonly bank: string
  readonly code?: CodeFormat
  /** Members that are optional elsewhere, as a fault names them; `*` is each item. */
  readonly needs?: readonly string[]
  /** The form of `sourceOfFunds.accountId`, and of what a payer types for it on our page. */
  readonly account?: RegExp
  /** What a payer is asked for on our page, to be found at the provider; a channel that needs more is not offered there. */
  readonly asks?: 'phone' | 'cashtag'
  /** The provider asks its payer by itself, in an app: there is nowhere to go. */
  readonly isPushed?: true
  /** Whole rupiah. */
  readonly min?: number
  readonly max?: number
}

const rows = [
  { id: 'cc', family: 'card', name: { id: 'Kartu kredit/debit', en: 'Credit or debit card' }, bank: '008' },
  {
    id: 'vabca',
    family: 'virtual-account',
    name: 'BCA Virtual Account',
    bank: '014',
    code: { company: '88044', length: 16 },
    max: 50_000_000,
  },
  {
    id: 'vamandiri',
    family: 'virtual-account',
    name: 'Mandiri Virtual Account',
    bank: '008',
    code: { company: '88027', length: 16 },
  },
  {
    id: 'vabni',
    family: 'virtual-account',
    name: 'BNI Virtual Account',
    bank: '009',
    code: { company: '98827', length: 16 },
  },
  {
    id: 'vabri',
    family: 'virtual-account',
    name: 'BRI Virtual Account',
    bank: '002',
    code: { company: '77727', length: 18 },
  },
  {
    id: 'vapermata',
    family: 'virtual-account',
    name: 'Permata Virtual Account',
    bank: '013',
    code: { company: '8727', length: 16 },
  },
  {
    id: 'vabsi',
    family: 'virtual-account',
    name: 'BSI Virtual Account',
    bank: '451',
    code: { company: '90027', length: 16 },
  },
  {
    id: 'vabtn',
    family: 'virtual-account',
    name: 'BTN Virtual Account',
    bank: '200',
    code: { company: '94427', length: 16 },
  },
  {
    id: 'vabjb',
    family: 'virtual-account',
    name: 'bank bjb Virtual Account',
    bank: '110',
    code: { company: '86227', length: 16 },
  },
  {
    id: 'vabnc',
    family: 'virtual-account',
    name: 'Bank Neo Commerce Virtual Account',
    bank: '490',
    code: { company: '90127', length: 16 },
  },
  {
    id: 'vamaybank',
    family: 'virtual-account',
    name: 'Maybank Virtual Account',
    bank: '016',
    code: { company: '78127', length: 16 },
  },
  {
    id: 'vamuamalat',
    family: 'virtual-account',
    name: 'Bank Muamalat Virtual Account',
    bank: '147',
    code: { company: '84527', length: 16 },
  },
  {
    id: 'vadki',
    family: 'virtual-account',
    name: 'Bank DKI Virtual Account',
    bank: '111',
    code: { company: '99127', length: 16 },
  },
  {
    id: 'vamega',
    family: 'virtual-account',
    name: 'Bank Mega Virtual Account',
    bank: '426',
    code: { company: '88927', length: 16 },
  },
  {
    id: 'vanagari',
    family: 'virtual-account',
    name: 'Bank Nagari Virtual Account',
    bank: '118',
    code: { company: '81127', length: 16 },
  },
  {
    id: 'vacimb',
    family: 'virtual-account',
    name: 'CIMB Niaga Virtual Account',
    bank: '022',
    code: { company: '87027', length: 16 },
  },
  {
    id: 'vadanamon',
    family: 'virtual-account',
    name: 'Danamon Virtual Account',
    bank: '011',
    code: { company: '79127', length: 16 },
  },

  { id: 'qris', family: 'qris', name: 'QRIS', bank: '777', max: 10_000_000 },
  { id: 'alipay', family: 'cross-border-qr', name: 'Alipay', bank: '901' },
  { id: 'wechatpay', family: 'cross-border-qr', name: 'WeChat Pay', bank: '902' },
  { id: 'unionpay', family: 'cross-border-qr', name: 'UnionPay QR', bank: '903' },

  {
    id: 'finpaycode',
    family: 'paycode',
    name: { id: 'Kode bayar Finpay', en: 'Finpay payment code' },
    bank: '770',
    code: { company: '88127', length: 16 },
  },
  {
    id: 'finpaybpd',
    family: 'paycode',
    name: { id: 'Kode bayar BPD', en: 'Regional bank payment code' },
    bank: '771',
    code: { company: '88227', length: 16 },
  },
  {
    id: 'alfamart',
    family: 'paycode',
    name: 'Alfamart',
    bank: '772',
    code: { company: '82127', length: 16 },
    max: 5_000_000,
  },
  {
    id: 'idm',
    family: 'paycode',
    aliases: ['indomaret'],
    name: 'Indomaret',
    bank: '773',
    code: { company: '83127', length: 16 },
    max: 5_000_000,
  },
  { id: 'pospay', family: 'paycode', name: 'Pospay', bank: '774', code: { company: '85127', length: 16 } },

  {
    id: 'dana',
    family: 'wallet',
    name: 'DANA',
    bank: '915',
    needs: ['order.item', 'order.item.*.category'],
    max: 20_000_000,
  },
  { id: 'shopeepay', family: 'wallet', name: 'ShopeePay', bank: '918', max: 20_000_000 },
  { id: 'linkaja', family: 'wallet', name: 'LinkAja', bank: '911', needs: ['order.item'], max: 20_000_000 },
  {
    id: 'linkajawco',
    family: 'wallet',
    name: 'LinkAja Web Checkout',
    bank: '911',
    needs: ['order.item'],
    max: 20_000_000,
  },
  {
    id: 'ovo',
    family: 'wallet',
    name: 'OVO',
    bank: '912',
    needs: ['sourceOfFunds.accountId'],
    account: /^08\d{7,13}$/,
    asks: 'phone',
    isPushed: true,
    max: 20_000_000,
  },
  { id: 'gopay', family: 'wallet', name: 'GoPay', bank: '914', max: 20_000_000 },
  {
    id: 'jeniuspay',
    family: 'wallet',
    name: 'Jenius Pay',
    bank: '213',
    needs: ['sourceOfFunds.accountId'],
    account: /^\$[A-Za-z0-9_.]{2,30}$/,
    asks: 'cashtag',
    isPushed: true,
  },
  {
    id: 'finpaymoney',
    family: 'wallet',
    name: 'Finpay Money',
    bank: '775',
    needs: ['customer.id', 'sourceOfFunds.accountId'],
    account: /^62\d{7,14}$/,
    max: 20_000_000,
  },
  { id: 'virgo', family: 'wallet', name: 'Virgo', bank: '776' },
  { id: 'bsecure', family: 'wallet', name: 'bsecure', bank: '778', needs: ['order.item'] },
  { id: 'googlepay', family: 'wallet', name: 'Google Pay', bank: '904' },
  { id: 'applepay', family: 'wallet', name: 'Apple Pay', bank: '905' },

  { id: 'octoclicks', family: 'internet-banking', name: 'OCTO Clicks', bank: '022' },
  { id: 'permatanet', family: 'internet-banking', name: 'PermataNet', bank: '013' },
  { id: 'dbank', family: 'internet-banking', name: 'Danamon Online Banking', bank: '011' },
  { id: 'bcaklikpay', family: 'internet-banking', aliases: ['klikpay'], name: 'BCA KlikPay', bank: '014' },
  {
    id: 'debitatmbersama',
    family: 'internet-banking',
    name: { id: 'Debit ATM Bersama', en: 'ATM Bersama debit' },
    bank: '987',
  },

  {
    id: 'kredivo',
    family: 'paylater',
    name: 'Kredivo',
    bank: '906',
    needs: ['billing', 'billing.address', 'order.item', 'order.item.*.url'],
  },
  {
    id: 'indodana',
    family: 'paylater',
    name: 'Indodana',
    bank: '907',
    needs: ['shipping', 'order.item', 'order.item.*.category'],
  },

  {
    id: 'ddisaku',
    family: 'direct-debit',
    name: 'i.saku',
    bank: '913',
    needs: ['sourceOfFunds.accountId'],
    account: /^.{1,64}$/,
  },
  {
    id: 'ddbri',
    family: 'direct-debit',
    name: { id: 'Debit langsung BRI', en: 'BRI direct debit' },
    bank: '002',
    needs: ['sourceOfFunds.accountId'],
    account: /^card_.{1,64}$/,
  },
  {
    id: 'ddmandiri',
    family: 'direct-debit',
    name: { id: 'Debit langsung Mandiri', en: 'Mandiri direct debit' },
    bank: '008',
    needs: ['sourceOfFunds.accountId'],
    account: /^[0-9A-F]{32}$/,
  },
] as const satisfies readonly Row[]

export type ChannelId = (typeof rows)[number]['id']

export interface Channel extends FamilyRow {
  readonly id: ChannelId
  readonly family: Family
  readonly aliases: readonly string[]
  readonly name: { readonly id: string; readonly en: string }
  readonly bank: string
  /** Null where there is no number to pay to. */
  readonly code: CodeFormat | null
  readonly needs: readonly string[]
  readonly account: RegExp | null
  readonly asks: 'phone' | 'cashtag' | null
  readonly isPushed: boolean
  /** What an order may be of, in whole rupiah. */
  readonly min: bigint
  readonly max: bigint
}

/** The most that the contract's fourteen digits can say. */
const most = 99_999_999_999_999n

/** All channels, in the order in which a payer is offered them. */
export const channels: readonly Channel[] = rows.map((row: Row & { readonly id: ChannelId }) => ({
  ...families[row.family],
  id: row.id,
  family: row.family,
  aliases: row.aliases ?? [],
  name: typeof row.name === 'string' ? { id: row.name, en: row.name } : row.name,
  bank: row.bank,
  code: row.code ?? null,
  needs: row.needs ?? [],
  account: row.account ?? null,
  asks: row.asks ?? null,
  isPushed: row.isPushed ?? false,
  min: BigInt(row.min ?? 1),
  max: row.max === undefined ? most : BigInt(row.max),
}))

/** Every spelling of every channel. */
export const channelTypes: readonly string[] = channels.flatMap(({ id, aliases }) => [id, ...aliases])

const byType = new Map<string, Channel>(
  channels.flatMap((channel) => [channel.id, ...channel.aliases].map((type) => [type, channel] as const)),
)

/** The channel that a merchant means by a `sourceOfFunds.type`, compared exactly. */
export function findChannel(type: string): Channel | undefined {
  return byType.get(type)
}

/** The channel of an order or attempt, which was one of ours when it was written. */
export function channelOf(id: string): Channel {
  const channel = byType.get(id)
  if (!channel) throw new Error(`Invariant broken: ${id} is a channel`)
  return channel
}
