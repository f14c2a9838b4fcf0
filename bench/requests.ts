import { authorization } from './child.ts'
import { digits, numberMark } from './task.ts'

/** The bytes of an `initiate` of 600 bytes: an order as a shop sends it, with every usual member. */
export function initiateRequest(prefix: string, callbackUrl: string, type = 'cc'): string {
  const body = JSON.stringify({
    customer: { email: 'budi@example.com', firstName: 'Budi', lastName: 'Santoso', mobilePhone: '+6281286288800' },
    order: {
      id: `${prefix}-${numberMark}`,
      amount: '150000',
      description: 'Two tickets',
      item: [{ name: 'Ticket', quantity: '2', unitPrice: '75000' }],
    },
    url: {
      callbackUrl,
      successUrl: 'https://shop.example.com/ok',
      failUrl: 'https://shop.example.com/fail',
      backUrl: 'https://shop.example.com/',
    },
    billing: { address: { city: 'Jakarta', street: 'Jalan Sudirman 1' } },
    sourceOfFunds: { type },
    meta: { data: { cart: 'A-1', source: 'web' } },
  })
  const length = Buffer.byteLength(body.replaceAll(numberMark, '0'.repeat(digits)))
  return [
    'POST /pg/payment/card/initiate HTTP/1.1',
    'host: 127.0.0.1',
    `authorization: ${authorization}`,
    'content-type: application/json',
    `content-length: ${length}`,
    '',
    body,
  ].join('\r\n')
}

export function checkRequest(prefix: string): string {
  return [
    `GET /pg/payment/card/check/${prefix}-${numberMark} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: ${authorization}`,
    '',
    '',
  ].join('\r\n')
}

/** A payment with a stored card, as a shop's server sends it. */
export function oneClickRequest(prefix: string, customerId: string, token: string): string {
  return post('payment', {
    customer: { id: customerId },
    order: { id: `${prefix}-${numberMark}`, amount: '150000', currency: 'IDR', description: 'Two tickets' },
    card: { token, storedOnFile: 'STORED' },
  })
}

export function cardsRequest(customerId: string): string {
  return post('customer', { customer: { id: customerId } })
}

function post(path: string, members: object): string {
  const body = JSON.stringify(members)
  return [
    `POST /pg/payment/card/${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: ${authorization}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body.replaceAll(numberMark, '0'.repeat(digits)))}`,
    '',
    body,
  ].join('\r\n')
}
