// A merchant's callback URL in its smallest form: node docs/examples/receiver.mjs
import { createServer } from 'node:http'
import { stdout } from 'node:process'
import { isGenuine } from './verify.mjs'

const port = Number(process.env.PORT ?? 9000)
const merchantKey = process.env.GERBANG_MERCHANT_KEY ?? 'SoSecret123'

const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString('utf8')
  const genuine = isGenuine(body, merchantKey)
  response.writeHead(genuine ? 200 : 401).end()
  if (!genuine) return
  const { order, result } = JSON.parse(body)
  stdout.write(`order ${order.id} is ${result.payment.status}\n`)
})
server.listen(port, '127.0.0.1', () => stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`))
