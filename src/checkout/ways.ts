import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ChannelId, findChannel } from '../channel/catalogue.ts'
import { formOf } from '../http/form.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { pageHeaders } from '../pages/headers.ts'
import { offered } from '../payment/candidates.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import { pickMethod } from '../payment/elsewhere.ts'
import type { Order } from '../payment/order.ts'
import { qrContentOf } from '../payment/qr-content.ts'
import type { PickerErrors } from './view.ts'
import { channelOfOrder } from './way-step.ts'

/** Large enough to be printed. */
const pixelsPerModule = 10

/** A merchant may show the picture on a page of its own (`imageurl`). */
const pictureHeaders = { ...pageHeaders(), 'cross-origin-resource-policy': 'cross-origin' }

interface Visit {
  readonly merchant: Merchant
  readonly order: Order
}

/** Holds the channel that a browser picked last, and nothing else. */
const cookieName = 'gerbang_method'
const rememberedSeconds = 180 * 24 * 3_600

/** What this payer's browser picked the last time, at whatever merchant's; null where it does not say. */
export function rememberedBy({ headers }: FastifyRequest): ChannelId | null {
  const found = new RegExp(`(?:^|; )${cookieName}=([a-z]{1,20})(?:;|$)`).exec(headers.cookie ?? '')
  return findChannel(found?.[1] ?? '')?.id ?? null
}

/**
 * Picks what the form says. A stale form, a second click or an order that is not open any more changes nothing: the page
 * shows what is true. Answers what was wrong, or null.
 */
export async function pick(
  payments: PaymentDeps,
  reply: FastifyReply,
  request: FastifyRequest,
  { merchant, order }: Visit,
): Promise<PickerErrors | null> {
  const form = formOf(request)
  if (Number(form.get('formNo')) !== order.attemptCount + 1 || !order.details.isPicked) return null
  const type = form.get('method') ?? ''
  if (type === '') return { method: 'missing' }
  const channel = offered(payments, merchant, order).find(({ id }) => id === type)
  if (!channel) return { method: 'unavailable' }
  const account = channel.asks === null ? null : (form.get('account') ?? '').replace(/[\s-]/g, '')
  if (account === '') return { account: { channel: channel.id, fault: 'missing' } }
  if (account !== null && !channel.account?.test(account)) return { account: { channel: channel.id, fault: 'invalid' } }
  await pickMethod(payments, merchant, order.orderId, channel, account)
  const secure = request.protocol === 'https' ? '; Secure' : ''
  void reply.header(
    'set-cookie',
    `${cookieName}=${channel.id}; Path=/; Max-Age=${rememberedSeconds}; HttpOnly; SameSite=Lax${secure}`,
  )
  return null
}

/** Leaves it open again how the order is paid. */
export async function unpick(
  payments: PaymentDeps,
  request: FastifyRequest,
  { merchant, order }: Visit,
): Promise<void> {
  const isStale = Number(formOf(request).get('formNo')) !== order.attemptCount + 1
  if (!isStale && order.details.isPicked) await pickMethod(payments, merchant, order.orderId, null)
}

/** The picture of an order's QR code; 404 where it has none. */
export async function sendPicture(
  reply: FastifyReply,
  { merchant, order }: Visit,
  kind: 'svg' | 'png',
  sessionUrl: string,
): Promise<FastifyReply> {
  const channel = channelOfOrder(order)
  if (channel?.gives !== 'qr') return reply.code(404).headers(pageHeaders()).send('')
  const content = qrContentOf(merchant, order, channel, sessionUrl)
  // A library that nobody needs before the first picture.
  const { qrPng, qrSvg } = await import('../channel/qr-picture.ts')
  return kind === 'svg'
    ? reply.headers({ ...pictureHeaders, 'content-type': 'image/svg+xml' }).send(qrSvg(content))
    : reply.headers({ ...pictureHeaders, 'content-type': 'image/png' }).send(qrPng(content, pixelsPerModule))
}
