import { unreachable } from '../base/invariant.ts'
import { type ChannelId, channelOf, type Family } from '../channel/catalogue.ts'
import type { Language } from '../pages/language.ts'

/** One way to pay by a channel, step by step. */
export interface Instruction {
  readonly title: string
  readonly steps: readonly string[]
}

/** What is filled into the steps. */
export interface Filling {
  /** The number to pay to; empty for channels without one. */
  readonly code: string
  readonly amount: string
}

/** A text in both languages, so that neither has a step that the other lacks. `{bank}` and the like are filled in. */
type Pair = Readonly<Record<Language, string>>

interface Way {
  readonly title: Pair
  readonly steps: readonly Pair[]
}

const pair = (id: string, en: string): Pair => ({ id, en })

/**
 * A bank's virtual account: its code among banks (for transfers from others), and what its own menus are called
 * where they are not `Transfer > Virtual Account`.
 */
interface Bank {
  readonly bankCode: string
  readonly atm?: string
  readonly mobile?: string
  /** The mobile app's name. */
  readonly app?: string
  readonly internet?: string
  /** The internet banking's name. */
  readonly site?: string
  /** What the bank's menus ask for beside the number. */
  readonly typing?: Pair
  /** What the bank does not have. */
  readonly lacks?: readonly ('atm' | 'internet')[]
  /** Other banks' customers cannot pay to its virtual accounts. */
  readonly ownOnly?: true
}

const banks: Partial<Record<ChannelId, Bank>> = {
  vabca: {
    bankCode: '014',
    app: 'BCA mobile',
    site: 'KlikBCA',
    atm: 'Transaksi Lainnya > Transfer > ke Rek BCA Virtual Account',
    mobile: 'm-Transfer > BCA Virtual Account',
    internet: 'Transfer Dana > Transfer ke BCA Virtual Account',
    ownOnly: true,
  },
  vamandiri: {
    bankCode: '008',
    app: "Livin' by Mandiri",
    atm: 'Bayar/Beli > Lainnya > Multi Payment',
    mobile: 'Bayar > Virtual Account',
    internet: 'Bayar > Multi Payment',
    typing: pair(
      'Bila diminta kode perusahaan, masukkan lima angka pertamanya.',
      'If you are asked for a company code (kode perusahaan), enter its first five digits.',
    ),
  },
  vabni: {
    bankCode: '009',
    app: 'BNI Mobile Banking',
    atm: 'Menu Lainnya > Transfer > Virtual Account Billing',
    mobile: 'Transfer > Virtual Account Billing',
    internet: 'Transfer > Virtual Account Billing',
  },
  vabri: {
    bankCode: '002',
    app: 'BRImo',
    atm: 'Transaksi Lain > Pembayaran > Lainnya > BRIVA',
    mobile: 'BRIVA',
    internet: 'Pembayaran > BRIVA',
  },
  vapermata: {
    bankCode: '013',
    app: 'Permata ME',
    site: 'PermataNet',
    atm: 'Transaksi Lainnya > Pembayaran > Pembayaran Lainnya > Virtual Account',
    mobile: 'Bayar Tagihan > Virtual Account',
    internet: 'Pembayaran > Virtual Account',
  },
  vacimb: {
    bankCode: '022',
    app: 'OCTO Mobile',
    site: 'OCTO Clicks',
    atm: 'Pembayaran > Lanjut > Virtual Account',
  },
  vadanamon: { bankCode: '011', app: 'D-Bank PRO', atm: 'Pembayaran > Lainnya > Virtual Account' },
  vabsi: { bankCode: '451' },
  vabtn: { bankCode: '200' },
  vabjb: { bankCode: '110' },
  vabnc: { bankCode: '490', app: 'neobank', lacks: ['atm', 'internet'] },
  vamaybank: { bankCode: '016' },
  vamuamalat: { bankCode: '147' },
  vadki: { bankCode: '111', lacks: ['internet'] },
  vamega: { bankCode: '426' },
  vanagari: { bankCode: '118', lacks: ['internet'] },
}

const typeCode = pair(
  'Masukkan nomor virtual account {code}.{typing}',
  'Enter the virtual account number {code}.{typing}',
)
const compare = pair(
  'Pastikan jumlah yang tampil tepat {amount}, dan periksa nama penerimanya.',
  'Make sure that the amount shown is exactly {amount}, and check the recipient’s name.',
)
const confirmByPin = pair('Setujui dengan PIN atau kata sandi Anda.', 'Confirm with your PIN or password.')
const keepReceipt = pair('Simpan buktinya sampai pesanan selesai.', 'Keep the receipt until your order is complete.')

const byApp: Way = {
  title: pair('{app}', '{app}'),
  steps: [
    pair('Buka aplikasi dan masuk.', 'Open the app and sign in.'),
    pair('Pilih {mobile}.', 'Choose {mobile}.'),
    typeCode,
    compare,
    confirmByPin,
  ],
}

const atAtm: Way = {
  title: pair('ATM {bank}', '{bank} ATM'),
  steps: [
    pair('Masukkan kartu ATM dan PIN.', 'Insert your ATM card and enter the PIN.'),
    pair('Pilih {atm}.', 'Choose {atm}.'),
    typeCode,
    compare,
    pair('Setujui, lalu simpan struknya.', 'Confirm, then keep the slip.'),
  ],
}

const bySite: Way = {
  title: pair('{site}', '{site}'),
  steps: [
    pair('Masuk ke internet banking {bank}.', 'Sign in to the internet banking of {bank}.'),
    pair('Pilih {internet}.', 'Choose {internet}.'),
    typeCode,
    compare,
    pair('Setujui dengan token atau kata sandi Anda.', 'Confirm with your token or password.'),
  ],
}

const fromOtherBank: Way = {
  title: pair('Dari bank lain', 'From another bank'),
  steps: [
    pair('Pilih transfer ke bank lain, online atau real time.', 'Choose an online transfer to another bank.'),
    pair('Pilih {bank} (kode bank {bankCode}).', 'Choose {bank} (bank code {bankCode}).'),
    pair('Masukkan {code} sebagai nomor rekening tujuan.', 'Enter {code} as the number of the account to pay to.'),
    pair(
      'Masukkan jumlah tepat {amount}; bank Anda dapat menambahkan biaya transfer.',
      'Enter exactly {amount}; your bank may add a fee of its own.',
    ),
    pair(
      'Periksa nama penerima, lalu setujui. Bila bank Anda menolak nomor ini, bayar lewat {bank}.',
      'Check the recipient’s name, then confirm. If your bank does not accept the number, pay through {bank}.',
    ),
  ],
}

const atCounter: Way = {
  title: pair('Di kasir {bank}', 'At a {bank} counter'),
  steps: [
    pair('Datang ke gerai {bank} sebelum batas waktu.', 'Go to any {bank} before the time is over.'),
    pair(
      'Katakan kepada kasir bahwa Anda ingin membayar tagihan Finpay.',
      'Tell the cashier that you want to pay a Finpay bill.',
    ),
    pair('Tunjukkan atau sebutkan kode bayar {code}.', 'Show or read out the payment code {code}.'),
    compare,
    pair(
      'Bayar. Gerai dapat menambahkan biaya layanan, yang disebutkan kasir lebih dulu.',
      'Pay. The shop may add a fee, which the cashier tells you first.',
    ),
    keepReceipt,
  ],
}

const pospayApp: Way = {
  title: pair('Aplikasi Pospay', 'Pospay app'),
  steps: [
    pair('Buka aplikasi Pospay dan masuk.', 'Open the Pospay app and sign in.'),
    pair('Pilih Bayar dan cari Finpay.', 'Choose Bayar (pay) and look for Finpay.'),
    pair('Masukkan kode bayar {code}.', 'Enter the payment code {code}.'),
    compare,
    confirmByPin,
  ],
}

const finpayAnywhere: Way = {
  title: pair('Minimarket dan Pegadaian', 'Convenience stores and Pegadaian'),
  steps: [
    pair(
      'Datang ke Alfamart, Indomaret, atau Pegadaian sebelum batas waktu.',
      'Go to Alfamart, Indomaret or Pegadaian before the time is over.',
    ),
    ...atCounter.steps.slice(1),
  ],
}

const finpayAtBank: Way = {
  title: pair('ATM dan mobile banking', 'ATM and mobile banking'),
  steps: [
    pair(
      'Pilih Pembayaran, lalu Finpay (di beberapa bank: Telkom/Finpay atau Multi Payment).',
      'Choose Pembayaran (payment), then Finpay (at some banks: Telkom/Finpay or Multi Payment).',
    ),
    pair('Masukkan kode bayar {code}.', 'Enter the payment code {code}.'),
    compare,
    confirmByPin,
  ],
}

const atRegionalBank: Way = {
  title: pair('Teller atau ATM bank daerah', 'Teller or ATM of a regional bank'),
  steps: [
    pair(
      'Datang ke teller bank pembangunan daerah (BPD), atau pilih Pembayaran di ATM atau aplikasinya.',
      'Go to a teller of a regional development bank (BPD), or choose Pembayaran (payment) at its ATM or in its app.',
    ),
    pair('Pilih Finpay dan masukkan kode bayar {code}.', 'Choose Finpay and enter the payment code {code}.'),
    compare,
    keepReceipt,
  ],
}

const counters: Partial<Record<ChannelId, readonly Way[]>> = {
  pospay: [{ ...atCounter, title: pair('Di kantor pos', 'At a post office') }, pospayApp],
  finpaycode: [finpayAnywhere, finpayAtBank],
  finpaybpd: [atRegionalBank],
}

const scanning: Way = {
  title: pair('Dengan {app}', 'With {app}'),
  steps: [
    pair('Buka aplikasi lalu pilih bayar atau pindai (scan).', 'Open the app and choose pay or scan.'),
    pair(
      'Arahkan kamera ke kode ini, atau pilih gambar yang Anda simpan dari galeri.',
      'Point the camera at this code, or choose the picture that you saved from the gallery.',
    ),
    compare,
    confirmByPin,
  ],
}

const inWallet: Way = {
  title: pair('{bank}', '{bank}'),
  steps: [
    pair('Masuk ke {bank} dengan akun Anda.', 'Sign in to {bank} with your account.'),
    compare,
    pair('Pastikan saldo atau limit Anda cukup.', 'Make sure that your balance or limit is enough.'),
    confirmByPin,
    pair('Kembali ke halaman ini untuk melihat hasilnya.', 'Come back to this page to see the result.'),
  ],
}

function waysOfBank(bank: Bank | undefined): readonly Way[] {
  return [
    byApp,
    ...(bank?.lacks?.includes('atm') ? [] : [atAtm]),
    ...(bank?.lacks?.includes('internet') ? [] : [bySite]),
    ...(bank?.ownOnly ? [] : [fromOtherBank]),
  ]
}

/** By family; virtual accounts are by bank. Cards have a form instead. */
function waysOf(id: ChannelId, family: Family): readonly Way[] {
  switch (family) {
    case 'virtual-account':
      return waysOfBank(banks[id])
    case 'paycode':
      return counters[id] ?? [atCounter]
    case 'qris':
    case 'cross-border-qr':
      return [scanning]
    case 'wallet':
    case 'paylater':
    case 'internet-banking':
    case 'direct-debit':
      return [inWallet]
    case 'card':
      return []
    default:
      return unreachable(family)
  }
}

const anyApp = pair('aplikasi bank atau dompet digital', 'a bank or e-wallet app')
const mobileBanking = pair('Mobile banking', 'Mobile banking of')
const internetBanking = pair('Internet banking', 'Internet banking of')

const places: Partial<Record<ChannelId, Pair>> = {
  finpaycode: pair('Minimarket, Pegadaian, ATM, mobile banking', 'Convenience stores, Pegadaian, ATM, mobile banking'),
  finpaybpd: pair('Bank pembangunan daerah', 'Regional development banks'),
  pospay: pair('Kantor pos, aplikasi Pospay', 'Post offices, Pospay app'),
}

/** Where a number is paid to, in short: a bank, a shop, or what there is for codes that are named after neither. */
export function placeOf(channel: ChannelId, language: Language): string {
  return places[channel]?.[language] ?? bankOf(channel, language)
}

/** The bank's name, where the channel's is that of its virtual account. */
export function bankOf(channel: ChannelId, language: Language): string {
  return channelOf(channel).name[language].replace(/ Virtual Account$/, '')
}

/** How to pay by a channel: the ways that there are, each with its steps. */
export function instructionsFor(channel: ChannelId, language: Language, filling: Filling): readonly Instruction[] {
  const { family } = channelOf(channel)
  const bank = bankOf(channel, language)
  const own = banks[channel]
  const menu = pair(
    'Transfer > Virtual Account (di beberapa menu: Pembayaran > Virtual Account)',
    'Transfer > Virtual Account (in some menus: Pembayaran > Virtual Account)',
  )[language]
  const values: Readonly<Record<string, string>> = {
    ...filling,
    bank,
    bankCode: own?.bankCode ?? '',
    app:
      family === 'qris'
        ? anyApp[language]
        : (own?.app ?? (family === 'cross-border-qr' ? bank : `${mobileBanking[language]} ${bank}`)),
    typing: own?.typing ? ` ${own.typing[language]}` : '',
    site: own?.site ?? `${internetBanking[language]} ${bank}`,
    atm: own?.atm ?? menu,
    mobile: own?.mobile ?? menu,
    internet: own?.internet ?? menu,
  }
  const filled = (text: Pair) => text[language].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
  return waysOf(channel, family).map(({ title, steps }) => ({ title: filled(title), steps: steps.map(filled) }))
}
