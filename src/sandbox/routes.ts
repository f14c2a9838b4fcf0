import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { rupiah } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import { Type } from '../base/schema.ts'
import { type DeliveryDeps, resend } from '../callback/deliver.ts'
import { attemptsOf, find as findCallback, list, listOfOrder } from '../callback/store.ts'
import { findChannel } from '../channel/catalogue.ts'
import { list as eventsOf } from '../event/store.ts'
import { merchantOf, requireMerchant } from '../http/basic-auth.ts'
import { refuseOtherMethods } from '../http/not-found.ts'
import { answerProblems } from '../http/problem-answer.ts'
import type { Directory } from '../merchant/directory.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { pageTokenOf } from '../payment/page-token.ts'
import { cancel } from '../timer/store.ts'
import { timerIdOf } from '../timer/timer.ts'
import { ErrorAnswer } from '../wire/answers.ts'
import { parseBody } from '../wire/json.ts'
import { callbackAnswer, clockAnswer, isoWib } from './answers.ts'
import { sampleNumber } from '../card/deck.ts'
import { formatExpiry, parseYymm } from '../card/expiry.ts'
import { parseDuration } from '../base/duration.ts'
import type { DebitDeps } from '../debit/deps.ts'
import { completeBinding } from './scripted-binding.ts'
import { faultRoutes, type PlannableFaults } from './fault-routes.ts'
import { numberRoutes, refuseOtherNumberMethods } from './number-routes.ts'
import type { PayerDeps } from './payer-script.ts'
import { pay } from './scripted-payer.ts'
import type { ClockMove, VirtualClock } from './virtual-clock.ts'

export interface SandboxDeps {
  readonly payer: PayerDeps
  readonly faults: PlannableFaults
  readonly directory: Directory
  readonly newKeyUsed: (merchant: Merchant) => Promise<void>
  readonly delivery: DeliveryDeps
  readonly clock: VirtualClock
  readonly publicUrl: () => string
  readonly debits: DebitDeps
}

/** How many callbacks of a merchant are listed when no order is named. */
const listed = 100

/** Design 4.3: the deck's challenge card, which succeeds. */
const defaultCard = { number: sampleNumber, expiryDate: '3309', cvv: '100', nameOnCard: 'Kartu Contoh' } as const

const closed = { additionalProperties: false } as const

const PayBody = Type.Object(
  {
    method: Type.Optional(Type.String()),
    card: Type.Optional(
      Type.Object(
        {
          number: Type.Optional(Type.String({ maxLength: 40 })),
          expiryDate: Type.Optional(Type.String({ maxLength: 10 })),
          cvv: Type.Optional(Type.String({ maxLength: 8 })),
          nameOnCard: Type.Optional(Type.String({ maxLength: 200 })),
        },
        closed,
      ),
    ),
    authentication: Type.Optional(Type.Union([Type.Literal('success'), Type.Literal('fail'), Type.Literal('abandon')])),
    amount: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: '^\\d{1,14}$' })])),
    outcome: Type.Optional(
      Type.Union([
        Type.Literal('approved'),
        Type.Literal('declined'),
        Type.Literal('timeout'),
        Type.Literal('late'),
        Type.Literal('reversed', { description: 'The bank takes the payment back; not of cards' }),
      ]),
    ),
    attempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    saveCard: Type.Optional(Type.Boolean({ description: "Ticks the page's box" })),
    points: Type.Optional(Type.Boolean({ description: "Ticks the page's box that redeems points" })),
  },
  closed,
)

const BindingBody = Type.Object(
  {
    account: Type.Optional(Type.String({ maxLength: 40, description: 'A test account; the first where it is absent' })),
    otp: Type.Optional(Type.String({ maxLength: 12 })),
  },
  closed,
)
const BindingAnswer = Type.Object({
  status: Type.String({ description: 'LINKED, FAILED, EXPIRED or WAITING' }),
  accountId: Type.Union([Type.String(), Type.Null()]),
})

const ClockBody = Type.Object(
  {
    advance: Type.Optional(Type.String()),
    to: Type.Optional(Type.String()),
    until: Type.Optional(Type.Literal('next')),
    freeze: Type.Optional(Type.Boolean()),
    reset: Type.Optional(Type.Literal(true)),
  },
  { ...closed, minProperties: 1, maxProperties: 1 },
)

const ClockAnswer = Type.Object({
  now: Type.String(),
  offsetSeconds: Type.Integer(),
  frozen: Type.Boolean(),
  ran: Type.Integer(),
  next: Type.Union([Type.String(), Type.Null()]),
  more: Type.Boolean(),
})

const PayAnswer = Type.Object({
  status: Type.String(),
  steps: Type.Array(Type.Object({ step: Type.String(), attempt: Type.Integer(), result: Type.String() })),
})

const EventsAnswer = Type.Object({
  events: Type.Array(
    Type.Object({
      seq: Type.Integer(),
      at: Type.String(),
      type: Type.String(),
      data: Type.Object({}, { additionalProperties: true }),
    }),
  ),
})

const CallbackAnswer = Type.Object({
  id: Type.String(),
  orderId: Type.Union([Type.String(), Type.Null()], { description: 'Null: it tells of an account that was linked' }),
  url: Type.String(),
  body: Type.String(),
  state: Type.String(),
  attempts: Type.Array(
    Type.Object({
      at: Type.String(),
      status: Type.Union([Type.Integer(), Type.Null()]),
      ms: Type.Number(),
      error: Type.Union([Type.String(), Type.Null()]),
      answer: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
})

const CallbacksAnswer = Type.Object({ callbacks: Type.Array(CallbackAnswer) })
const errors = { '4xx': ErrorAnswer, '5xx': ErrorAnswer } as const
const OrderParams = Type.Object({ orderId: Type.String() })

/** The developers' door (design 4.3): the scripted payer, faults, the log, the callbacks and the clock. */
export function sandboxRoutes(deps: SandboxDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    answerProblems(app)
    refuseOtherMethods(app, '/sandbox/orders/:orderId/pay', ['POST'])
    refuseOtherMethods(app, '/sandbox/orders/:orderId/events', ['GET'])
    refuseOtherNumberMethods(app)
    refuseOtherMethods(app, '/sandbox/directdebit/:token/complete', ['POST'])
    refuseOtherMethods(app, '/sandbox/callbacks', ['GET'])
    refuseOtherMethods(app, '/sandbox/faults', ['GET', 'POST', 'DELETE'])
    refuseOtherMethods(app, '/sandbox/callbacks/:id/resend', ['POST'])
    refuseOtherMethods(app, '/sandbox/clock', ['GET', 'POST'])
    await app.register(async (guarded) => routes(guarded, deps))
  }
}

function routes(plain: FastifyInstance, deps: SandboxDeps): void {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { database, clock: businessClock } = deps.payer.payments
  requireMerchant(plain, deps.directory, deps.newKeyUsed)
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      // An empty body is an empty request: every member of these calls may be left out.
      done(null, body.length === 0 ? {} : parseBody(Buffer.from(body)).value)
    } catch (error) {
      done(error as Error)
    }
  })
  // A call without a body asks for the defaults.
  app.addHook('preValidation', async (request) => {
    if (request.method === 'POST') request.body ??= {}
  })
  faultRoutes(plain, deps)

  app.post(
    '/sandbox/orders/:orderId/pay',
    {
      schema: {
        summary: 'Pay an order as its payer would',
        tags: ['Sandbox'],
        params: OrderParams,
        body: PayBody,
        response: { 200: PayAnswer, ...errors },
      },
    },
    async (request) => {
      const merchant = merchantOf(request)
      const { orderId } = request.params
      const {
        method,
        card = {},
        authentication = 'success',
        amount,
        outcome = null,
        attempts = null,
        saveCard = false,
        points = false,
      } = request.body
      const channel = method === undefined ? null : findChannel(method)
      if (channel === undefined) throw new Problem('malformed_field', { field: 'method' })
      const { order } = (await deps.payer.payments.orders.find(merchant.merchantId, orderId)) ?? {}
      if (!order) throw new Problem('order_not_found')
      if (amount !== undefined && BigInt(amount) === 0n) throw new Problem('malformed_field', { field: 'amount' })
      const { number, expiryDate, cvv, nameOnCard } = { ...defaultCard, ...card }
      const expiry = parseYymm(expiryDate)
      const notificationUrl = `${deps.publicUrl()}/pg/payment/card/access/${pageTokenOf(merchant.route, order)}/return`
      return pay(deps.payer, merchant, orderId, notificationUrl, {
        method: channel,
        amount: amount === undefined ? null : rupiah(BigInt(amount)),
        card: {
          number,
          expiry: expiry ? formatExpiry(expiry) : '',
          cvv,
          name: nameOnCard,
          isChosen: card.number !== undefined,
        },
        saveCard,
        points,
        authentication,
        outcome,
        attempts,
      })
    },
  )

  numberRoutes(plain, deps.payer)

  app.get(
    '/sandbox/orders/:orderId/events',
    {
      schema: {
        summary: "An order's log",
        tags: ['Sandbox'],
        params: OrderParams,
        response: { 200: EventsAnswer, ...errors },
      },
    },
    async (request) => {
      const { merchantId } = merchantOf(request)
      const events = await eventsOf(database, merchantId, request.params.orderId)
      if (events.length === 0) throw new Problem('order_not_found')
      return { events: events.map(({ seq, at, type, data }) => ({ seq, at: isoWib(at), type, data })) }
    },
  )

  app.post(
    '/sandbox/directdebit/:token/complete',
    {
      schema: {
        summary: 'Link an account as its holder would on the page that bind leads to',
        tags: ['Sandbox'],
        params: Type.Object({ token: Type.String() }),
        body: BindingBody,
        response: { 200: BindingAnswer, ...errors },
      },
    },
    async (request) => completeBinding(deps, merchantOf(request), request.params.token, request.body),
  )

  app.get(
    '/sandbox/callbacks',
    {
      schema: {
        summary: 'Callbacks, newest first, with every attempt',
        tags: ['Sandbox'],
        querystring: Type.Object({ orderId: Type.Optional(Type.String()) }, closed),
        response: { 200: CallbacksAnswer, ...errors },
      },
    },
    async (request) => {
      const { merchantId } = merchantOf(request)
      const { orderId } = request.query
      const found =
        orderId === undefined
          ? await list(database, merchantId, listed)
          : await listOfOrder(database, merchantId, orderId)
      const attempts = await attemptsOf(
        database,
        merchantId,
        found.map(({ callbackId }) => callbackId),
      )
      return {
        callbacks: found.map((callback) => callbackAnswer(callback, attempts.get(callback.callbackId) ?? [])),
      }
    },
  )

  app.post(
    '/sandbox/callbacks/:id/resend',
    {
      schema: {
        summary: 'Send a callback again',
        tags: ['Sandbox'],
        params: Type.Object({ id: Type.String() }),
        body: Type.Object({}, closed),
        response: { 200: CallbackAnswer, ...errors },
      },
    },
    async (request) => {
      const { merchantId } = merchantOf(request)
      const key = { merchantId, callbackId: request.params.id }
      await resend(deps.delivery, {
        ...key,
        inTransaction: async (sql, state) => {
          if (state === 'delivered') await cancel(sql, [{ merchantId, timerId: timerIdOf('callback', key.callbackId) }])
        },
      })
      const sent = await findCallback(database, key)
      if (!sent) throw new Problem('order_not_found')
      const attempts = await attemptsOf(database, merchantId, [key.callbackId])
      return callbackAnswer(sent, attempts.get(key.callbackId) ?? [])
    },
  )

  app.get(
    '/sandbox/clock',
    { schema: { summary: 'Business time', tags: ['Sandbox'], response: { 200: ClockAnswer, ...errors } } },
    async (request) => clockAnswer(await deps.clock.state(merchantOf(request).merchantId)),
  )

  app.post(
    '/sandbox/clock',
    {
      schema: {
        summary: 'Move business time',
        tags: ['Sandbox'],
        body: ClockBody,
        response: { 200: ClockAnswer, ...errors },
      },
    },
    async (request) => {
      const { merchantId } = merchantOf(request)
      const move = readMove(request.body, businessClock.now(merchantId))
      return clockAnswer(await deps.clock.move(merchantId, move))
    },
  )
}

function readMove(
  body: { advance?: string; to?: string; until?: 'next'; freeze?: boolean; reset?: true },
  now: Date,
): ClockMove {
  if (body.advance !== undefined) {
    const advanceMs = parseDuration(body.advance)
    if (advanceMs === undefined) throw new Problem('malformed_field', { field: 'advance' })
    return { advanceMs }
  }
  if (body.to !== undefined) {
    // A time without a zone would mean another moment on another machine.
    const to = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(body.to) ? Date.parse(body.to) : Number.NaN
    if (Number.isNaN(to) || to < now.getTime()) throw new Problem('malformed_field', { field: 'to' })
    return { to: new Date(to) }
  }
  if (body.freeze !== undefined) return { freeze: body.freeze }
  return body.reset ? { reset: true } : { until: 'next' }
}
