import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createLog } from '../src/log.ts'
import { uuid } from './api.ts'
import { type MerchantServer, merchantServer, type TestGateway, testGateway, testMasterKey } from './gateway.ts'
import { until } from './process.ts'

type Line = Readonly<Record<string, unknown>>

suite('the log of a gateway', () => {
  let gateway: TestGateway
  let merchant: MerchantServer
  before(async () => {
    ;[gateway, merchant] = await Promise.all([testGateway(), merchantServer()])
  })
  after(async () => {
    await merchant.close()
    await gateway.close()
  })

  const lines = (msg: string) =>
    gateway.logged
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line)
      .filter((line) => line['msg'] === msg)

  test('has one line for each request, with the trace that its answer names and its merchant', async () => {
    const { body } = await gateway.initiate({ order: { id: 'logged-1' } })
    const refused = await gateway.fetch('/pg/payment/card/check/none')
    const { traceId } = (await refused.json()) as { traceId: string }
    const found = await until('the lines', () => {
      const of = (id: string | undefined) => lines('request').filter((line) => line['traceId'] === id)
      const both = [...of(body['traceId']), ...of(traceId)]
      return both.length === 2 && both
    })
    assert.deepEqual(
      found.map(({ level, method, route, status, merchantId }) => ({ level, method, route, status, merchantId })),
      [
        { route: '/pg/payment/card/initiate', method: 'POST', status: 200 },
        { route: '/pg/payment/card/check/:orderId', method: 'GET', status: 404 },
      ].map((line) => ({ ...line, level: 'info', merchantId: 'FINPAY770' })),
    )
  })

  test('has one line for each delivery of a callback, with merchant, order and callback', async () => {
    await gateway.initiate({ order: { id: 'logged-2' }, url: { callbackUrl: `${merchant.url}/secret-path?k=1` } })
    await gateway.client.pay('logged-2')
    await merchant.wait(1)
    const [line] = await until('the line', () => {
      const found = lines('callback')
      return found.length > 0 && found
    })
    const { callbackId, orderId, merchantId, outcome, attemptNo, status, level } = line ?? {}
    assert.match(String(callbackId), /^cb_[0-9a-f]{32}$/)
    assert.deepEqual(
      { orderId, merchantId, outcome, attemptNo, status, level },
      { orderId: 'logged-2', merchantId: 'FINPAY770', outcome: 'delivered', attemptNo: 1, status: 200, level: 'info' },
    )
  })

  test('tells of a timer that fails whose it is, and of a bug which request met it', async () => {
    await gateway.initiate({ order: { id: 'logged-3' } })
    // A row that no program of ours writes.
    const broken = {
      name: 'log_test.break',
      text: `update payment_order set request = '{' where order_id = 'logged-3'`,
    }
    await gateway.database.query(broken)
    const answer = await gateway.fetch('/pg/payment/card/cancel/logged-3')
    assert.equal(answer.status, 500)
    const { traceId } = (await answer.json()) as { traceId: string }
    const bug = lines('bug').find((line) => line['traceId'] === traceId)
    assert.equal(bug?.['level'], 'error')
    await gateway.client.clock.advance('PT25H').catch(() => undefined)
    const failed = await until('the timer', () => lines('a timer failed')[0])
    const { level, merchantId, orderId, kind } = failed
    assert.deepEqual(
      { level, merchantId, orderId, kind },
      { level: 'error', merchantId: 'FINPAY770', orderId: 'logged-3', kind: 'expire' },
    )
    const told = await until('the request', () => lines('request').find((line) => line['traceId'] === traceId))
    assert.equal(told['level'], 'warn')
  })

  test('holds no key, no link, no credentials and no callback address; every request’s line is traced', async () => {
    const { body } = await gateway.initiate({ order: { id: 'logged-4' } })
    const link = body['redirecturl'] ?? ''
    const token = link.split('/').at(-1) ?? ''
    assert.match(token, /^[0-9a-f]{64}$/)
    await fetch(link).then((page) => page.text())
    await fetch(`${link}/nothing?number=4111111111111111`)
    await fetch(`${gateway.url}/pg/payment/card/access/${token}%zz`)
    const all = gateway.logged.join('\n')
    for (const secret of [token, 'SoSecret123', testMasterKey, 'secret-path', 'RklOUEFZNzcwOlNvU2VjcmV0MTIz'])
      assert.ok(!all.includes(secret), secret)
    assert.ok(!all.includes('4111111111111111'))
    for (const msg of ['request', 'bug'])
      for (const line of lines(msg)) assert.match(String(line['traceId']), uuid, JSON.stringify(line))
  })
})

suite('the log itself', () => {
  function written(write: (log: ReturnType<typeof createLog>) => void): string {
    const out: string[] = []
    write(createLog('debug', { write: (line: string) => void out.push(line) }))
    return out.join('')
  }

  test('redacts what is named like a secret, and scrubs what is not', () => {
    const text = written((log) => {
      log.info({ cvv: '7391', card: { number: '5123450000000008' }, auth: { password: 'Hunter2', key: 'Hunter2' } })
      log.info(`GET /pg/payment/card/access/${'ab'.repeat(32)}`)
      log.info({ url: 'postgres://gerbang:Hunter2@db/x', header: 'Basic RklOUEFZNzcwOlNv' })
    })
    assert.doesNotMatch(text, /7391|51234|Hunter2|abab|RklOU/)
    for (const line of text.trim().split('\n')) JSON.parse(line)
  })

  test('tells of an error its name, its code and where it was, and never a value of a row', () => {
    const text = written((log) => {
      const row = Object.assign(new Error('value "4111111111111111x" is out of range'), {
        severity: 'ERROR',
        code: '22003',
        detail: 'Key (fingerprint)=(SECRETVALUE) already exists.',
      })
      log.error({ err: row }, 'failed')
      log.error({ err: new Error('Unexpected token in "5123 4500 0000 0008"') })
      log.error(row)
      log.error({ err: row }, row.message)
      // As the framework logs them by itself.
      log.warn({
        req: { method: 'GET', url: '/SECRETVALUE', routeOptions: { url: '/x/:id' } },
        res: { statusCode: 200 },
      })
    })
    assert.doesNotMatch(text, /SECRETVALUE|41111|0008/)
    assert.match(text, /"code":"22003"/)
    assert.match(text, /"req":\{"method":"GET","route":"\/x\/:id"\},"res":\{"statusCode":200\}/)
  })
})
