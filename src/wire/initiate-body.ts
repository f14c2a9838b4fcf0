import { type Static, Type } from '../base/schema.ts'
import { channelTypes } from '../channel/catalogue.ts'
import {
  amount,
  code,
  count,
  country,
  day,
  email,
  minutes,
  mobilePhone,
  numeric,
  object,
  optional,
  percentage,
  phone,
  quantity,
  text,
  webUrl,
  whole,
  wholeFromOne,
} from './members.ts'

/*
 * The body of `POST /pg/payment/card/initiate`, once: the static type, the run-time check and the
 * OpenAPI. Members stand in the order of the contract's tables (finpay-api.md part 3). What has no
 * documented length has none here.
 */

const Item = object({
  name: optional(text()),
  quantity: optional(quantity),
  unitPrice: optional(quantity),
  category: optional(text()),
  description: optional(text()),
  brand: optional(text()),
  industryCategory: optional(code()),
  sku: optional(code()),
  unitDiscountAmount: optional(quantity),
  unitOfMeasure: optional(text()),
  unitTaxAmount: optional(quantity),
  url: optional(text()),
  subMerchantId: optional(text()),
})

/** A number's leading digits: ISO/IEC 7812 made them eight, and six are still in use. */
const bin = Type.Union([
  Type.String({ pattern: '^[0-9]{6,8}$' }),
  Type.Integer({ minimum: 100_000, maximum: 99_999_999 }),
])

/** The documented sample has one of these words; the others are those that an answer's `card.info.type` may have. */
const cardType = Type.Union([Type.Literal('DEBIT'), Type.Literal('CREDIT'), Type.Literal('PREPAID')])

const TransactionFiltering = object({
  cardBin: optional(Type.Array(bin, { maxItems: 1_000 })),
  cardType: optional(Type.Array(cardType, { maxItems: 10 })),
  point: optional(
    object({
      last4: optional(
        Type.Union([Type.String({ pattern: '^[0-9]{4}$' }), Type.Integer({ minimum: 1_000, maximum: 9_999 })]),
      ),
      ownedPoints: optional(whole),
      rule: optional(
        Type.Array(
          object({
            cardBin: optional(bin),
            pointToIdr: optional(wholeFromOne),
            min: optional(object({ amount: optional(whole) })),
            max: optional(object({ amount: optional(whole), disc: optional(percentage) })),
          }),
          { maxItems: 100 },
        ),
      ),
    }),
  ),
})

export const orderId = Type.Union(
  [Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }), Type.Integer({ minimum: 0, maximum: 2 ** 53 })],
  { description: "The merchant's own id of the order, and its idempotency key" },
)

const Order = object({
  id: orderId,
  amount,
  currency: optional(Type.Literal('IDR')),
  description: optional(text(127)),
  timeout: optional(minutes),
  itemAmount: optional(numeric),
  localTaxRegistrationId: optional(text(25)),
  merchantCategoryCode: optional(code('^.{4}$')),
  surchargeAmount: optional(numeric),
  item: optional(Type.Array(Item, { maxItems: 100 })),
  transactionFiltering: optional(TransactionFiltering),
  lifetime: optional(quantity),
  otp: optional(code()),
  referenceNumber: optional(code()),
})

export const Customer = object({
  id: optional(text(320)),
  email: optional(email),
  firstName: optional(text(50)),
  lastName: optional(text(50)),
  mobilePhone,
  phone: optional(phone(15)),
  taxRegistrationId: optional(text(30)),
  account: optional(object({ id: optional(code()) })),
})

export const Url = object({
  callbackUrl: optional(webUrl),
  successUrl: optional(webUrl),
  failUrl: optional(webUrl),
  backUrl: optional(webUrl),
})

const Billing = object({
  address: optional(
    object({
      city: optional(text()),
      company: optional(text()),
      country: optional(country),
      postcodeZip: optional(code()),
      stateProvince: optional(text()),
      stateProvinceCode: optional(text()),
      street: optional(text()),
      street2: optional(text()),
    }),
  ),
  billerServiceProvider: optional(
    object({
      customerId: optional(code()),
      id: optional(code()),
      subId: optional(code()),
      type: optional(text()),
    }),
  ),
})

const Shipping = object({
  method: optional(text(20)),
  origin: optional(object({ postcodeZip: optional(code()) })),
  contact: optional(
    object({
      email: optional(email),
      firstName: optional(text()),
      lastName: optional(text()),
      mobilePhone: optional(phone(20)),
      phone: optional(phone(20)),
    }),
  ),
  address: optional(
    object({
      city: optional(text(100)),
      company: optional(text(100)),
      country: optional(country),
      postcodeZip: optional(code('^[A-Za-z0-9_-]{1,10}$')),
      stateProvince: optional(text(20)),
      stateProvinceCode: optional(text(3)),
      street: optional(text(100)),
      street2: optional(text(100)),
      source: optional(text(20)),
      sameAsBilling: optional(text()),
    }),
  ),
})

/** The last four are accepted and ignored: a card's own data is typed by its holder (invariant 8). */
export const Card = object({
  token: optional(Type.String({ pattern: '^[0-9A-Fa-f]{64}$' })),
  storedOnFile: optional(
    Type.Union([Type.Literal('TO_BE_STORED'), Type.Literal('STORED'), Type.Literal('NOT_STORED')]),
  ),
  number: optional(Type.Unknown({ description: 'Ignored here' })),
  expiryDate: optional(Type.Unknown({ description: 'Ignored here' })),
  cvv: optional(Type.Unknown({ description: 'Ignored here' })),
  nameOnCard: optional(Type.Unknown({ description: 'Ignored here' })),
})

/** The documented length of `type`, 6, contradicts its documented value PURCHASE, so it has none. */
const Recurring = object({
  subscribe: optional(Type.Union([Type.Literal('Y'), Type.Literal('N')])),
  productCode: optional(code('^.{1,6}$')),
  type: optional(text()),
  id: optional(text(30)),
  amount: optional(numeric),
  interval: optional(count),
  intervalUnit: optional(text(20)),
  maxInterval: optional(count),
  startDate: optional(day),
  endDate: optional(day),
  retry: optional(
    object({ interval: optional(count), intervalUnit: optional(text(20)), maxInterval: optional(count) }),
  ),
})

const SourceOfFunds = object({
  type: optional(Type.Unsafe<string>({ type: 'string', enum: [...channelTypes] })),
  paymentCode: optional(code('^.{1,30}$')),
  accountId: optional(text()),
})

export const Device = object({
  ani: optional(code()),
  aniCallType: optional(text()),
  browser: optional(text()),
  fingerprint: optional(code()),
  hostname: optional(text()),
  ipAddress: optional(Type.String({ pattern: '^[0-9A-Fa-f.:]{2,45}$' })),
  mobilePhoneModel: optional(text()),
})

/** `transaction.mode` of a payment that is captured later (finpay-api.md 3.15, inferred: Mastercard Gateway's word). */
export const authorizeOnly = 'AUTHORIZE'

const Transaction = object({
  mode: optional(text(20)),
  sessionId: optional(Type.String({ pattern: '^[A-Za-z0-9]{64}$' })),
  fdsId: optional(code('^[A-Za-z0-9]{1,40}$')),
  acquirerId: optional(code('^[A-Za-z0-9]{1,40}$')),
})

/** The whole request. Mandatory members and lengths are those of design 4.2, with its reasons. */
export const InitiateBody = object({
  order: Order,
  customer: Customer,
  url: optional(Url),
  billing: optional(Billing),
  shipping: optional(Shipping),
  meta: optional(object({ data: optional(Type.Unknown({ description: 'Any JSON, up to 8 kB; comes back as sent' })) })),
  card: optional(Card),
  recurring: optional(Recurring),
  sourceOfFunds: optional(SourceOfFunds),
  device: optional(Device),
  transaction: optional(Transaction),
  paymentPlan: optional(Type.Record(Type.String(), Type.Unknown())),
})

export type InitiateBody = Static<typeof InitiateBody>
