import { invariant } from '../base/invariant.ts'
import { type Money, rupiah } from '../base/money.ts'
import { type EmvObjects, readEmvCode, readObjects, writeEmvCode, writeObjects } from './emv-code.ts'

/*
 * The text of a QRIS code, Indonesia's QR code for payments: an EMVCo code with a template of the acquirer's (26)
 * and one of the national merchant repository (51). Our acquirer is a simulated one: domain, national numbering and
 * NMID are synthetic, so that no wallet takes a code of the sandbox for one to pay.
 */

const acquirerDomain = 'ID.GERBANG.WWW'
/** `9360`, then the national numbering of the acquirer: 999, as synthetic samples have it. */
const acquirerPan = '93600999'
const repositoryDomain = 'ID.CO.QRIS.WWW'
/** What an NMID of ours begins with; those that are given out begin with ID10 or ID20. */
const nmidStart = 'ID999'
const currency = '360'
const country = 'ID'
const dynamicCode = '12'
const staticCode = '11'

/** Size of a merchant: micro, small, medium or large business, or a public service. */
export type MerchantClass = 'UMI' | 'UKE' | 'UME' | 'UBE' | 'URE'
const merchantClasses: ReadonlySet<string> = new Set<MerchantClass>(['UMI', 'UKE', 'UME', 'UBE', 'URE'])

export interface QrisMerchant {
  /** The merchant's number, of 32 bits, which its acquirer and the repository know it by. */
  readonly route: number
  readonly class: MerchantClass
  /** Merchant category code, four digits. */
  readonly mcc: string
  /** As the merchant writes them; `qrisText` says what is left of them. */
  readonly name: string
  readonly city: string
  /** Five digits. */
  readonly postcode: string
}

/** What the payer gives on top: asked by the wallet, a fixed amount, or hundredths of a per cent of the amount. */
export type QrisTip =
  | { readonly kind: 'asked' }
  | { readonly kind: 'fixed'; readonly amount: Money }
  | { readonly kind: 'share'; readonly basisPoints: number }

/** What a dynamic code is for. */
export interface QrisOrder {
  readonly amount: Money
  /** Our own number for the order, twelve bytes: the reference label. */
  readonly orderNo: Buffer
  /** What the merchant calls it, at most 25 characters of ASCII. */
  readonly billNumber?: string
}

export interface QrisCode {
  readonly merchant: QrisMerchant
  /** Null for a static code, of which the payer types the amount. */
  readonly order: QrisOrder | null
  readonly tip?: QrisTip
  /** The till, at most 25 characters of ASCII. */
  readonly terminal?: string
}

/** The text of a code. It is upper-case where it may be, which makes the picture smaller. */
export function writeQris({ merchant, order, tip, terminal }: QrisCode): string {
  const { route } = merchant
  invariant(Number.isInteger(route) && route >= 0 && route < 2 ** 32, 'a merchant’s number has 32 bits')
  invariant(merchantClasses.has(merchant.class), 'a merchant is of a class that QRIS knows')
  invariant(/^\d{4}$/.test(merchant.mcc), 'a merchant category code is four digits')
  invariant(/^\d{5}$/.test(merchant.postcode), 'a postcode is five digits')
  return writeEmvCode([
    ['01', order ? dynamicCode : staticCode],
    [
      '26',
      writeObjects([
        ['00', acquirerDomain],
        ['01', merchantPanOf(route)],
        ['02', merchantIdOf(route)],
        ['03', merchant.class],
      ]),
    ],
    [
      '51',
      writeObjects([
        ['00', repositoryDomain],
        ['02', nmidOf(route)],
        ['03', merchant.class],
      ]),
    ],
    ['52', merchant.mcc],
    ['53', currency],
    ...(order ? [['54', amountText(order.amount)] as const] : []),
    ...tipObjects(tip),
    ['58', country],
    ['59', qrisText(merchant.name, 25) || nmidOf(route)],
    ['60', qrisText(merchant.city, 15) || 'INDONESIA'],
    ['61', merchant.postcode],
    ...additionalData(order, terminal),
  ])
}

/** The PAN by which switches find the merchant; its check digit is left to the wallet, as usual. */
function merchantPanOf(route: number): string {
  return acquirerPan + route.toString().padStart(10, '0')
}

/** The merchant's number at its acquirer. */
function merchantIdOf(route: number): string {
  return route.toString().padStart(15, '0')
}

/** The merchant's number in the national repository. */
export function nmidOf(route: number): string {
  return nmidStart + route.toString().padStart(10, '0')
}

/** Rupiah are written whole. */
function amountText({ minor, currency }: Money): string {
  invariant(currency === 'IDR', 'QRIS is paid in rupiah')
  invariant(minor > 0n && minor < 10n ** 13n, 'an amount of QRIS is positive and has at most 13 digits')
  return minor.toString()
}

function tipObjects(tip: QrisTip | undefined): [id: string, value: string][] {
  if (!tip) return []
  if (tip.kind === 'asked') return [['55', '01']]
  return tip.kind === 'fixed'
    ? [
        ['55', '02'],
        ['56', amountText(tip.amount)],
      ]
    : [
        ['55', '03'],
        ['57', shareText(tip.basisPoints)],
      ]
}

/** `5`, `0.5` or `12.25` per cent. */
function shareText(basisPoints: number): string {
  invariant(Number.isInteger(basisPoints) && basisPoints > 0 && basisPoints < 10_000, 'a tip is 0.01 to 99.99 per cent')
  return (basisPoints / 100).toString()
}

function additionalData(order: QrisOrder | null, terminal: string | undefined): [id: string, value: string][] {
  const objects: [id: string, value: string][] = []
  if (order?.billNumber !== undefined) objects.push(['01', label(order.billNumber)])
  if (order) {
    invariant(order.orderNo.length === 12, 'an order’s number is twelve bytes')
    objects.push(['05', order.orderNo.toString('hex').toUpperCase()])
  }
  if (terminal !== undefined) objects.push(['07', label(terminal)])
  return objects.length > 0 ? [['62', writeObjects(objects)]] : []
}

function label(text: string): string {
  invariant(isText(text, 25), 'a label of a code is 1 to 25 characters of ASCII')
  return text
}

/** Letters and marks that do not decompose into ASCII. */
const spellings: Readonly<Record<string, string>> = {
  Æ: 'AE',
  æ: 'ae',
  Œ: 'OE',
  œ: 'oe',
  Ø: 'O',
  ø: 'o',
  Đ: 'D',
  đ: 'd',
  Ð: 'D',
  ð: 'd',
  Ł: 'L',
  ł: 'l',
  Þ: 'Th',
  þ: 'th',
  ß: 'ss',
  ı: 'i',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '×': 'x',
  '⁄': '/',
}

/** A name as the standard takes it: ASCII without accents, what has no letter there left out, cut to a length. */
export function qrisText(text: string, length: number): string {
  return text
    .normalize('NFKD')
    .replace(/\s/gu, ' ')
    .replace(/[^ -~]/gu, (character) => spellings[character] ?? '')
    .replace(/ {2,}/g, ' ')
    .trim()
    .slice(0, length)
    .trimEnd()
}

/** What a wallet learns from a code of ours. */
export interface ReadQris {
  /** Null where the payer types it. */
  readonly amount: Money | null
  readonly tip: QrisTip | null
  readonly merchantName: string
  readonly merchantCity: string
  readonly nmid: string
  readonly route: number
  /** The reference label; null for a static code. */
  readonly orderNo: Buffer | null
  readonly billNumber: string | null
  readonly terminal: string | null
}

/**
 * Why a text is no code of ours: no EMVCo code at all; one that was altered or misread; one of another scheme, or
 * that breaks the rules of QRIS; or a code of QRIS whose merchant is another acquirer's.
 */
export type QrisFault = 'not_a_qr' | 'wrong_checksum' | 'not_qris' | 'other_acquirer'

/** Reads a code as strictly as it is written; blanks around it are the caller's to remove. */
export function readQris(text: string): ReadQris | QrisFault {
  const objects = readEmvCode(text)
  if (typeof objects === 'string') return objects
  const repository = templateOf(objects, '51')
  const isQris =
    repository?.get('00') === repositoryDomain && objects.get('53') === currency && objects.get('58') === country
  if (!isQris) return 'not_qris'
  const acquirer = templateOf(objects, '26')
  if (acquirer?.get('00') !== acquirerDomain) return 'other_acquirer'
  const route = routeOf(acquirer, repository)
  const amount = objects.has('54') ? readAmount(objects.get('54')) : null
  const tip = readTip(objects)
  const labels = objects.has('62') ? templateOf(objects, '62') : new Map<string, string>()
  const merchantName = objects.get('59')
  const merchantCity = objects.get('60')
  const orderNo = labels?.get('05') ?? null
  const isDynamic = objects.get('01') === dynamicCode
  const isWhole =
    (isDynamic || objects.get('01') === staticCode) &&
    isDynamic === (amount !== null) &&
    isDynamic === (orderNo !== null) &&
    (orderNo === null || /^[0-9A-F]{24}$/.test(orderNo)) &&
    /^\d{4}$/.test(objects.get('52') ?? '') &&
    /^\d{5}$/.test(objects.get('61') ?? '') &&
    isText(merchantName, 25) &&
    isText(merchantCity, 15) &&
    ['01', '07'].every((id) => !labels?.has(id) || isText(labels.get(id), 25))
  if (!isWhole || route === undefined || amount === undefined || tip === undefined || !labels) return 'not_qris'
  return {
    amount,
    tip,
    merchantName,
    merchantCity,
    nmid: nmidOf(route),
    route,
    orderNo: orderNo === null ? null : Buffer.from(orderNo, 'hex'),
    billNumber: labels.get('01') ?? null,
    terminal: labels.get('07') ?? null,
  }
}

function templateOf(objects: EmvObjects, id: string): EmvObjects | undefined {
  const text = objects.get(id)
  return text === undefined ? undefined : readObjects(text)
}

/** The merchant's number, where all that is made of it says the same. */
function routeOf(acquirer: EmvObjects, repository: EmvObjects): number | undefined {
  const digits = acquirer.get('02') ?? ''
  const route = /^\d{15}$/.test(digits) ? Number(digits) : Number.NaN
  const isOne =
    route < 2 ** 32 &&
    acquirer.get('01') === merchantPanOf(route) &&
    repository.get('02') === nmidOf(route) &&
    merchantClasses.has(acquirer.get('03') ?? '') &&
    acquirer.get('03') === repository.get('03')
  return isOne ? route : undefined
}

/** Whole rupiah, with or without the decimals that some codes carry. */
function readAmount(text = ''): Money | undefined {
  const digits = text.length <= 13 ? /^([1-9]\d*)(?:\.0{0,2})?$/.exec(text)?.[1] : undefined
  return digits === undefined ? undefined : rupiah(BigInt(digits))
}

/** Null where there is none, undefined where the parts contradict each other. */
function readTip(objects: EmvObjects): QrisTip | null | undefined {
  const [kind, fixed, share] = ['55', '56', '57'].map((id) => objects.get(id))
  if (kind === undefined && fixed === undefined && share === undefined) return null
  if (kind === '01' && fixed === undefined && share === undefined) return { kind: 'asked' }
  if (kind === '02' && fixed !== undefined && share === undefined) {
    const amount = readAmount(fixed)
    return amount && { kind: 'fixed', amount }
  }
  if (kind === '03' && fixed === undefined && share !== undefined) {
    const basisPoints = /^\d{1,2}(\.\d{1,2})?$/.test(share) ? Math.round(Number(share) * 100) : 0
    return basisPoints > 0 ? { kind: 'share', basisPoints } : undefined
  }
  return undefined
}

/** Whether a text is of characters that the standard takes, and not too long. */
function isText(text: string | undefined, longest: number): text is string {
  return text !== undefined && text.length <= longest && /^[ -~]+$/.test(text)
}
