/**
 * Every `sourceOfFunds.type` of the contract, as one table (finpay-api.md 4.2, observed-behaviour.md part
 * 2). A channel that is known and not built yet is refused by name; one that is not here does not exist.
 */

export type Family =
  | 'card'
  | 'virtual-account'
  | 'qris'
  | 'cross-border-qr'
  | 'paycode'
  | 'wallet'
  | 'internet-banking'
  | 'paylater'
  | 'direct-debit'

interface Row {
  readonly id: string
  readonly family: Family
  /** Other spellings that merchants send for it. */
  readonly aliases?: readonly string[]
  /** How payers know it; a text where both languages say the same. */
  readonly name: string | { readonly id: string; readonly en: string }
  readonly built?: true
}

const rows = [
  { id: 'cc', family: 'card', name: { id: 'Kartu kredit/debit', en: 'Credit or debit card' }, built: true },

  { id: 'vabca', family: 'virtual-account', name: 'BCA Virtual Account' },
  { id: 'vamandiri', family: 'virtual-account', name: 'Mandiri Virtual Account' },
  { id: 'vabni', family: 'virtual-account', name: 'BNI Virtual Account' },
  { id: 'vabri', family: 'virtual-account', name: 'BRI Virtual Account' },
  { id: 'vapermata', family: 'virtual-account', name: 'Permata Virtual Account' },
  { id: 'vabsi', family: 'virtual-account', name: 'BSI Virtual Account' },
  { id: 'vabtn', family: 'virtual-account', name: 'BTN Virtual Account' },
  { id: 'vabjb', family: 'virtual-account', name: 'bank bjb Virtual Account' },
  { id: 'vabnc', family: 'virtual-account', name: 'Bank Neo Commerce Virtual Account' },
  { id: 'vamaybank', family: 'virtual-account', name: 'Maybank Virtual Account' },
  { id: 'vamuamalat', family: 'virtual-account', name: 'Bank Muamalat Virtual Account' },
  { id: 'vadki', family: 'virtual-account', name: 'Bank DKI Virtual Account' },
  { id: 'vamega', family: 'virtual-account', name: 'Bank Mega Virtual Account' },
  { id: 'vanagari', family: 'virtual-account', name: 'Bank Nagari Virtual Account' },
  { id: 'vacimb', family: 'virtual-account', name: 'CIMB Niaga Virtual Account' },
  { id: 'vadanamon', family: 'virtual-account', name: 'Danamon Virtual Account' },

  { id: 'qris', family: 'qris', name: 'QRIS' },
  { id: 'alipay', family: 'cross-border-qr', name: 'Alipay' },
  { id: 'wechatpay', family: 'cross-border-qr', name: 'WeChat Pay' },
  { id: 'unionpay', family: 'cross-border-qr', name: 'UnionPay QR' },

  { id: 'finpaycode', family: 'paycode', name: { id: 'Kode bayar Finpay', en: 'Finpay payment code' } },
  { id: 'finpaybpd', family: 'paycode', name: { id: 'Kode bayar BPD', en: 'Regional bank payment code' } },
  { id: 'alfamart', family: 'paycode', name: 'Alfamart' },
  { id: 'idm', family: 'paycode', aliases: ['indomaret'], name: 'Indomaret' },
  { id: 'pospay', family: 'paycode', name: 'Pospay' },

  { id: 'dana', family: 'wallet', name: 'DANA' },
  { id: 'shopeepay', family: 'wallet', name: 'ShopeePay' },
  { id: 'linkaja', family: 'wallet', name: 'LinkAja' },
  { id: 'linkajawco', family: 'wallet', name: 'LinkAja Web Checkout' },
  { id: 'ovo', family: 'wallet', name: 'OVO' },
  { id: 'gopay', family: 'wallet', name: 'GoPay' },
  { id: 'jeniuspay', family: 'wallet', name: 'Jenius Pay' },
  { id: 'finpaymoney', family: 'wallet', name: 'Finpay Money' },
  { id: 'virgo', family: 'wallet', name: 'Virgo' },
  { id: 'bsecure', family: 'wallet', name: 'bsecure' },
  { id: 'googlepay', family: 'wallet', name: 'Google Pay' },
  { id: 'applepay', family: 'wallet', name: 'Apple Pay' },

  { id: 'octoclicks', family: 'internet-banking', name: 'OCTO Clicks' },
  { id: 'permatanet', family: 'internet-banking', name: 'PermataNet' },
  { id: 'dbank', family: 'internet-banking', name: 'Danamon Online Banking' },
  { id: 'bcaklikpay', family: 'internet-banking', aliases: ['klikpay'], name: 'BCA KlikPay' },
  {
    id: 'debitatmbersama',
    family: 'internet-banking',
    name: { id: 'Debit ATM Bersama', en: 'ATM Bersama debit' },
  },

  { id: 'kredivo', family: 'paylater', name: 'Kredivo' },
  { id: 'indodana', family: 'paylater', name: 'Indodana' },

  { id: 'ddisaku', family: 'direct-debit', name: 'i.saku' },
  { id: 'ddbri', family: 'direct-debit', name: { id: 'Debit langsung BRI', en: 'BRI direct debit' } },
  { id: 'ddmandiri', family: 'direct-debit', name: { id: 'Debit langsung Mandiri', en: 'Mandiri direct debit' } },
] as const satisfies readonly Row[]

export type ChannelId = (typeof rows)[number]['id']

export interface Channel {
  readonly id: ChannelId
  readonly family: Family
  readonly aliases: readonly string[]
  readonly name: { readonly id: string; readonly en: string }
  /** False while an order for it is refused as a feature that is not allowed. */
  readonly built: boolean
}

/** All channels, in the order in which a payer is offered them. */
export const channels: readonly Channel[] = rows.map((row: Row & { readonly id: ChannelId }) => ({
  id: row.id,
  family: row.family,
  aliases: row.aliases ?? [],
  name: typeof row.name === 'string' ? { id: row.name, en: row.name } : row.name,
  built: row.built ?? false,
}))

/** Every spelling of every channel. */
export const channelTypes: readonly string[] = channels.flatMap(({ id, aliases }) => [id, ...aliases])

const byType = new Map(channels.flatMap((channel) => [channel.id, ...channel.aliases].map((type) => [type, channel])))

/** The channel that a merchant means by a `sourceOfFunds.type`, compared exactly. */
export function findChannel(type: string): Channel | undefined {
  return byType.get(type)
}
