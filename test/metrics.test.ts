import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { StartProblem } from '../src/base/start-problem.ts'
import { merchantServer, testGateway } from './gateway.ts'
import { testDatabase } from './postgres.ts'
import { until } from './process.ts'
import { proxyTo } from './proxy.ts'

async function scrape(url: string | null): Promise<string> {
  assert.ok(url)
  const answer = await fetch(url)
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  return answer.text()
}

/** Every value of a label, over all series. */
function valuesOf(text: string, label: string): Set<string> {
  return new Set([...text.matchAll(new RegExp(`[{,]${label}="([^"]*)"`, 'g'))].map(([, value]) => value ?? ''))
}

test('a payment shows in the metrics, by route and code, and without ids', async () => {
  const gateway = await testGateway({ GERBANG_METRICS_PORT: '0' })
  const merchant = await merchantServer()
  const { metricsUrl } = gateway.gateway
  const { body } = await gateway.initiate({ order: { id: 'seen-1' }, url: { callbackUrl: merchant.url } })
  await fetch(body['redirecturl'] ?? '').then((page) => page.text())
  await gateway.client.pay('seen-1')
  await merchant.wait(1)
  await gateway.fetch('/pg/payment/card/check/seen-1')
  await gateway.fetch('/pg/payment/card/check/unknown-order')
  await gateway.fetch('/pg/payment/card/check/seen-1', { method: 'DELETE' })
  for (const path of ['/nothing/here', '/nothing/there?x=1', '/pg/payment/card/access/short']) await gateway.fetch(path)
  const text = await until('the callback to be counted', async () => {
    const told = await scrape(metricsUrl)
    return told.includes('gerbang_callback_attempts_total{outcome="delivered"} 1') && told
  })
  for (const line of [
    'gerbang_http_requests_total{method="POST",route="/pg/payment/card/initiate",status="200"} 1',
    'gerbang_http_requests_total{method="GET",route="/pg/payment/card/access/:token",status="200"} 1',
    'gerbang_http_requests_total{method="GET",route="/pg/payment/card/check/:orderId",status="200"} 1',
    'gerbang_http_requests_total{method="GET",route="/pg/payment/card/check/:orderId",status="404"} 1',
    'gerbang_http_requests_total{method="DELETE",route="/pg/payment/card/check/:orderId",status="405"} 1',
    'gerbang_http_requests_total{method="GET",route="none",status="404"} 2',
    'gerbang_http_request_seconds_count{route="/pg/payment/card/initiate"} 1',
    'gerbang_orders_total{state="captured"} 1',
    'gerbang_attempts_total{outcome="captured"} 1',
    'gerbang_batch_rows_count{batch="opened"} 1',
    'gerbang_callback_seconds_count 1',
    'gerbang_database_up 1',
    'gerbang_callbacks_pending 0',
    'gerbang_attempts_unknown 0',
    'gerbang_timer_lag_seconds{kind="callback"} 0',
  ])
    assert.ok(
      text.split('\n').includes(line),
      `${line}\n${text.match(/^gerbang_http_requests_total.*$/gm)?.join('\n')}`,
    )

  // Invariant 9 and bounded series: nothing of a merchant, an order or a link is a label.
  const samples = text.replaceAll(/^#.*$/gm, '')
  assert.doesNotMatch(samples, /seen-1|unknown-order|FINPAY770|nothing|127\.0\.0\.1|[0-9a-f]{64}/)
  for (const route of valuesOf(samples, 'route')) assert.match(route, /^(none|\/[\w/:^$().|-]*)$/)
  assert.equal((await fetch(new URL('/', metricsUrl ?? ''))).status, 404)
  assert.equal((await fetch(metricsUrl ?? '', { method: 'POST' })).status, 405)
  // Never on the public port.
  assert.equal((await gateway.fetch('/metrics')).status, 404)
  await merchant.close()
  await gateway.close()
  await assert.rejects(fetch(metricsUrl ?? ''))
})

test('an attempt without an answer is counted until it is settled', async () => {
  const gateway = await testGateway({ GERBANG_METRICS_PORT: '0' })
  await gateway.initiate({ order: { id: 'unknown-1' } })
  await gateway.client.pay('unknown-1', { outcome: 'timeout' })
  const text = await scrape(gateway.gateway.metricsUrl)
  assert.match(text, /^gerbang_attempts_total\{outcome="unknown"\} 1$/m)
  assert.match(text, /^gerbang_attempts_unknown 1$/m)
  assert.match(text, /^gerbang_attempt_oldest_unknown_seconds \d/m)
  await gateway.close()
})

test('without a database the metrics are served all the same, and say so', async () => {
  const own = await testDatabase()
  const proxy = await proxyTo(own.connection)
  const connection = { ...own.connection, host: '127.0.0.1', port: proxy.port }
  const gateway = await testGateway({ GERBANG_METRICS_PORT: '0' }, { connection })
  const { metricsUrl } = gateway.gateway
  const isUp = async () => /^gerbang_database_up 1$/m.test(await scrape(metricsUrl))
  assert.ok(await isUp())
  const assertDown = async () => {
    const began = performance.now()
    const text = await scrape(metricsUrl)
    assert.ok(performance.now() - began < 2_000)
    assert.match(text, /^gerbang_database_up 0$/m)
    assert.match(text, /^gerbang_build_info\{/m)
    assert.doesNotMatch(text, /^gerbang_timers_due\{/m)
  }
  // As a machine that hangs, and then as one that is gone.
  proxy.silence()
  await assertDown()
  await proxy.cut()
  await assertDown()
  assert.equal((await gateway.fetch('/readyz')).status, 503)
  assert.match(
    await scrape(metricsUrl),
    /^gerbang_http_requests_total\{method="GET",route="\/readyz",status="503"\} 1$/m,
  )
  await proxy.restore()
  await until('the database', isUp)
  assert.ok(gateway.logged.some((line) => line.includes('the database did not answer a scrape')))
  await gateway.close()
  await proxy.close()
  await own.drop()
})

test('a metrics port that is taken stops the start, with its name', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as AddressInfo
  await assert.rejects(testGateway({ GERBANG_METRICS_PORT: String(port) }), (error) => {
    assert.ok(error instanceof StartProblem)
    assert.equal(error.message, `GERBANG_METRICS_PORT: 127.0.0.1:${port} cannot be used: the port is in use.`)
    return true
  })
  await new Promise((resolve) => taken.close(resolve))
})
