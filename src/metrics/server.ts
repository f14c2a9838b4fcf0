import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StartProblem } from '../base/start-problem.ts'

/** Where metrics are served. */
export interface MetricsAddress {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

export interface MetricsServer {
  readonly url: string
  close(): Promise<void>
}

/** More scrapers than anybody has; the rest are turned away. */
const maxConnections = 32

/**
 * Serves `GET /metrics` on a port of its own, which nobody but the operator is to reach, and which answers
 * also while the public one is overloaded.
 *
 * @throws StartProblem when the address cannot be used
 */
export async function serveMetrics(
  { host, port }: MetricsAddress,
  metrics: { readonly contentType: string; render(): Promise<string> },
): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 120_000 })
  server.maxConnections = maxConnections
  server.on('request', (request, response) => {
    const answer = (status: number, text: string, headers: Readonly<Record<string, string>> = {}) =>
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(text)
    request.resume()
    if (request.url?.split('?')[0] !== '/metrics') answer(404, 'The metrics are at /metrics.\n')
    else if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, '', { allow: 'GET, HEAD' })
    else
      metrics.render().then(
        (text) => answer(200, text, { 'content-type': metrics.contentType }),
        () => answer(500, 'The metrics cannot be read.\n'),
      )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const reason = reasons[code ?? ''] ?? `it cannot be listened on (${code ?? message})`
      reject(new StartProblem(`GERBANG_METRICS_PORT: ${host}:${port} cannot be used: ${reason}.`))
    })
    server.listen(port, host, resolve)
  })
  const { address, port: bound, family } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EACCES: 'this user may not use the port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this machine has no such address',
}
