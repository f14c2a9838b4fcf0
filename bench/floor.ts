import fastify from 'fastify'

/*
 * The floor (design part 6): what the framework alone takes for the same route, the same bytes and an answer
 * of the same form. The body is parsed; nothing is checked, nobody is authenticated, nothing is stored. A
 * process of its own that prints its port.
 */

const initiated = {
  responseCode: '2000000',
  responseMessage: 'Request has been processed successfully',
  redirecturl: `http://127.0.0.1:8080/pg/payment/card/access/${'0'.repeat(64)}`,
  expiryLink: '2026-01-01 00:00:00',
  processingTime: 0.001,
  traceId: '00000000-0000-4000-8000-000000000000',
}

const checked = {
  responseCode: '2000000',
  responseMessage: 'Request has been processed successfully',
  data: {
    merchant: { id: 'FINPAY770' },
    customer: { id: '' },
    order: { id: 'bench-000000000000', reference: '', amount: 150_000, currency: 'IDR' },
    sourceOfFunds: { type: 'cc' },
    meta: { data: { cart: 'A-1', source: 'web' } },
    result: {
      payment: {
        status: 'PENDING',
        statusDesc: 'Waiting for payment',
        userDesc: 'Waiting for payment',
        amount: 0,
      },
    },
  },
  processingTime: 0.001,
  traceId: '00000000-0000-4000-8000-000000000000',
}

const app = fastify()
app.post('/pg/payment/card/initiate', async () => initiated)
app.get('/pg/payment/card/check/:orderId', async () => checked)
await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`)
