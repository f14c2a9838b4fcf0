import assert from 'node:assert/strict'
import { SandboxClient } from '../../src/client.ts'
import { addMerchant, answerOf, bodyOf } from '../api.ts'
import type { MerchantServer, TestGateway } from '../gateway.ts'

/** What a call was answered. */
export interface Told {
  readonly code: string
  readonly body: Readonly<Record<string, unknown>>
}

/** A merchant of a sequence's own: its clock stands still unless the sequence moves it. */
export interface Shop {
  readonly merchantId: string
  readonly client: SandboxClient
  readonly gateway: TestGateway
  readonly callbackUrl: string
  /** A call of the cards' API; any answer but a failure of ours is one. */
  post(path: string, body: object): Promise<Told>
  /** The status that `check` tells; undefined where there is no such order. */
  statusOf(orderId: string): Promise<string | undefined>
  typesOf(orderId: string): Promise<string[]>
  rows<Row extends object>(name: string, text: string): Promise<Row[]>
}

export async function openShop(gateway: TestGateway, server: MerchantServer, merchantId: string): Promise<Shop> {
  const merchantKey = `key-of-${merchantId}`
  const authorization = await addMerchant(gateway, merchantId, merchantKey)
  const client = new SandboxClient({ url: gateway.url, merchantId, merchantKey })
  await client.clock.freeze()
  const send = async (path: string, init: RequestInit = {}): Promise<Told> => {
    const url = `${gateway.url}/pg/payment/card/${path}`
    const headers = { authorization, 'content-type': 'application/json' }
    const answer = await answerOf(fetch(url, { ...init, headers }))
    const body = bodyOf(answer)
    const code = String(body['responseCode'])
    // Where the acquirer does not answer, that is the truth; everything else above is a failure of ours.
    assert.ok(answer.status < 500 || code === '5040000', answer.text)
    return { code, body }
  }
  return {
    merchantId,
    client,
    gateway,
    callbackUrl: `${server.url}/${merchantId}`,
    post: (path, body) => send(path, { method: 'POST', body: JSON.stringify(body) }),
    statusOf: async (orderId) => {
      const { body } = await send(`check/${orderId}`)
      return (body['data'] as { result: { payment: { status: string } } } | undefined)?.result.payment.status
    },
    typesOf: async (orderId) => (await client.events(orderId)).map(({ type }) => type),
    rows: (name, text) => gateway.database.query({ name: `test.sequence_${name}`, text }, [merchantId]),
  }
}

/** The codes that answers may have here. */
export const codes = {
  done: '2000000',
  malformed: '4000001',
  declined: '4030005',
  notPermitted: '4030015',
  notFound: '4040001',
  wrongState: '4040100',
  conflict: '4090000',
  used: '4090001',
  unknown: '5040000',
} as const
