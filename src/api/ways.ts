import { unreachable } from '../base/invariant.ts'
import { channelOf } from '../channel/catalogue.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { Order } from '../payment/order.ts'
import { pageTokenOf } from '../payment/page-token.ts'
import { qrContentOf } from '../payment/qr-content.ts'
import type { InitiateAnswer } from '../wire/answers.ts'
import { prefix } from './deps.ts'

export interface WayDeps {
  readonly publicUrl: () => string
  /** The address of a provider's session, where its payer pays. */
  readonly sessionUrl: (token: string) => string
}

/** What `initiate` answers beside code and times, by what the order's channel gives its payer (design 4.2). */
export type Way = Pick<InitiateAnswer, 'paymentCode' | 'appurl' | 'imageurl' | 'stringQr'> & {
  readonly redirecturl: string
}

/** All that `initiate` answers beside code and times. */
export type Opened = Partial<Way> & Pick<InitiateAnswer, 'expiryLink' | 'referenceNumber'>

export function wayOf({ publicUrl, sessionUrl }: WayDeps, merchant: Merchant, order: Order): Way {
  const token = pageTokenOf(merchant.route, order)
  const base = publicUrl()
  if (order.details.isPicked || order.channel === null) return { redirecturl: `${base}${prefix}/v2/access/${token}` }
  const page = `${base}${prefix}/access/${token}`
  const channel = channelOf(order.channel)
  switch (channel.gives) {
    case 'page':
      return { redirecturl: page }
    case 'code':
      return {
        redirecturl: `${base}/widgetpg/pending/${token}`,
        ...(order.paymentCode !== null && { paymentCode: order.paymentCode }),
      }
    case 'qr':
      return {
        redirecturl: `${base}/widgetpg/pending/${token}`,
        imageurl: `${base}/widgetpg/qr/${token}.png`,
        stringQr: qrContentOf(merchant, order, channel, sessionUrl(token)),
      }
    case 'link': {
      const session = channel.isPushed ? null : sessionUrl(token)
      return session === null ? { redirecturl: page } : { redirecturl: session, appurl: session }
    }
    default:
      return unreachable(channel.gives)
  }
}
