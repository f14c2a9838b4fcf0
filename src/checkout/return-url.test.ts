import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rupiah } from '../base/money.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { Order } from '../payment/order.ts'
import { returnUrl } from './return-url.ts'

const order = { orderId: 'A-1', amount: rupiah(1_000n) } as Order
const plain = { addsOrderToReturn: false } as Merchant
const adding = { addsOrderToReturn: true } as Merchant

for (const target of ['https://shop.example/ok', 'https://shop.example/ok?a=1&a=2&b=%20x#part', null]) {
  test(`a merchant that asks for nothing gets ${target} back as it is`, () => {
    assert.equal(returnUrl(plain, order, target), target)
  })
}

for (const [target, result] of [
  ['https://shop.example/ok', 'https://shop.example/ok?orderId=A-1&orderAmount=1000'],
  ['https://shop.example/ok?', 'https://shop.example/ok?orderId=A-1&orderAmount=1000'],
  ['https://shop.example/ok?a=1', 'https://shop.example/ok?a=1&orderId=A-1&orderAmount=1000'],
  ['https://shop.example/ok?a=%20#x?y', 'https://shop.example/ok?a=%20&orderId=A-1&orderAmount=1000#x?y'],
] as const) {
  test(`order and amount are added to ${target} where the setting asks for it`, () => {
    assert.equal(returnUrl(adding, order, target), result)
  })
}
