import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Counted } from './callbacks.ts'

/* A merchant's server that answers at once and counts. A process of its own that prints its port. */

let counted: Counted = { count: 0, firstMs: 0, lastMs: 0 }
const answer = '{"responseCode":"2000000"}'

const server = createServer((request, response) => {
  request.resume()
  request.once('end', () => {
    if (request.url === '/count') {
      response.end(JSON.stringify(counted))
      return
    }
    if (request.url === '/reset') counted = { count: 0, firstMs: 0, lastMs: 0 }
    else {
      const now = performance.now()
      counted = { count: counted.count + 1, firstMs: counted.firstMs || now, lastMs: now }
    }
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
    response.end(answer)
  })
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`)
})
process.once('SIGTERM', () => {
  server.closeAllConnections()
  server.close()
})
