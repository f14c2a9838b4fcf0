import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { testAccounts } from '../src/acquirer/account-deck.ts'
import { SandboxClient } from '../src/client.ts'
import { addMerchant } from './api.ts'
import { findingsOn } from './audit.ts'
import { type MerchantServer, merchantServer, type TestGateway, testGateway } from './gateway.ts'

/* What the tests of direct debit share: a gateway, a shop that is told, and a neighbour; one of each in a file's process. */

export const [good, poor, limited, late, silent] = testAccounts.map(({ number }) => number)
export const otp = '112233'

export let gateway: TestGateway
export let shop: MerchantServer
export let other: SandboxClient

/** To be called once, at the top of a file. */
export function openShop(): void {
  before(async () => {
    gateway = await testGateway()
    shop = await merchantServer()
    await addMerchant(gateway, 'TETANGGA', 'another-key')
    other = new SandboxClient({ url: gateway.url, merchantId: 'TETANGGA', merchantKey: 'another-key' })
  })
  after(async () => {
    await gateway.close()
    await shop.close()
  })
}

export type Json = Readonly<Record<string, unknown>>

export const call = (path: string, body: object, client: SandboxClient = gateway.client) =>
  client.call<Json>('POST', `/pg/payment/card/${path}`, body)

export const customer = {
  id: 'budi',
  email: 'budi@example.com',
  firstName: 'Budi',
  lastName: 'Santoso',
  mobilePhone: '+6281286288800',
}

export const recurring = {
  productCode: '001001',
  type: 'PURCHASE',
  id: 'langganan',
  amount: '1000',
  interval: '1',
  intervalUnit: 'monthly',
  maxInterval: '12',
  startDate: '20270101',
  endDate: '20271231',
  retry: { interval: '1', intervalUnit: 'daily', maxInterval: '3' },
}

export type Type = 'ddisaku' | 'ddbri' | 'ddmandiri'

export function bindBody(type: Type, change: object = {}): object {
  return {
    customer,
    url: { callbackUrl: `${shop.url}/bind` },
    sourceOfFunds: { type },
    ...(type === 'ddmandiri' && { recurring }),
    ...change,
  }
}

/** Links an account and answers its token. */
export async function linked(type: Type, account = good, client = gateway.client): Promise<string> {
  const { redirecturl } = await call('directdebit/bind', bindBody(type), client)
  const { status, accountId } = await client.link(String(redirecturl), account === undefined ? {} : { account })
  assert.equal(status, 'LINKED')
  return accountId ?? ''
}

export const source = (type: Type, accountId: string) => ({ sourceOfFunds: { type, accountId } })

export interface Change {
  readonly order?: object
  readonly [member: string]: unknown
}

export function purchaseBody(accountId: string, id: string, { order, ...change }: Change = {}): object {
  return {
    customer,
    order: { id, amount: '25000', currency: 'IDR', description: 'Kopi', ...order },
    url: { callbackUrl: `${shop.url}/${id}` },
    ...source('ddmandiri', accountId),
    ...change,
  }
}

export const purchase = (accountId: string, id: string, change: Change = {}, client = gateway.client) =>
  call('directdebit/purchase', purchaseBody(accountId, id, change), client)

export const briBody = (accountId: string, id: string, order: object = {}) =>
  purchaseBody(accountId, id, { order, ...source('ddbri', accountId) })

export const bri = (accountId: string, id: string, order: object = {}) =>
  call('initiate', briBody(accountId, id, order))

/** Status, code and message of a refusal; `200` where there is none. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return '200'
  } catch (error) {
    const { status, message } = error as { status?: number; message: string }
    if (status === undefined) throw error
    return `${status} ${message}`
  }
}

export interface Payment {
  readonly status: string
  readonly amount: number
  readonly channel?: string
  readonly reference?: string
}

export async function paymentOf(id: string): Promise<Payment> {
  const { data } = (await gateway.client.check(id)) as { data: { result: { payment: Payment } } }
  return data.result.payment
}

export const statusOf = async (id: string) => (await paymentOf(id)).status
export const types = async (id: string) => (await gateway.client.events(id)).map(({ type }) => type)
export const count = async (id: string, wanted: string) => (await types(id)).filter((type) => type === wanted).length

/** What the merchant was told at a path of its own, once it has been. */
export async function told(path: string): Promise<Json[]> {
  for (let n = 0; n < 200; n += 1) {
    const open = (await gateway.client.callbacks()).some(
      ({ state, attempts }) => state === 'pending' && !attempts.length,
    )
    if (!open) break
  }
  return shop.received.filter((each) => each.path === path).map(({ body }) => JSON.parse(body) as Json)
}

export async function audited(): Promise<void> {
  assert.deepEqual(await findingsOn(gateway.database), [])
}

export const invalidAccount = '404 4040011 Invalid Card/Account/VA'
export const invalidOtp = '404 4040015 Invalid OTP'
export const blocked = '403 4030011 OTP Blocked'
export const overdue = '403 4030012 OTP Lifetime Expired'
