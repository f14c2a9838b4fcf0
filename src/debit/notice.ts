import type { NewCallback } from '../callback/store.ts'
import { type Merchant, signingKey } from '../merchant/merchant.ts'
import { bindingHeaders, bindingText } from '../wire/binding-callback.ts'
import { signedBody } from '../wire/signature.ts'
import type { LinkedAccount } from './account.ts'
import { type Binding, bindingIdOf } from './binding.ts'
import type { DebitDeps } from './deps.ts'

/** The callback that tells what a binding came to; null where the merchant named no URL. */
export function noticeOf(
  { payments: { clock, random } }: Pick<DebitDeps, 'payments'>,
  merchant: Merchant,
  binding: Binding,
  account: LinkedAccount | null,
  at: Date,
): NewCallback | null {
  const { merchantId, callbackUrl: url, customerId, channel, reference } = binding
  if (url === null) return null
  const notice = { merchantId, customerId, channel, account, reference, at }
  const purpose = { merchant: merchantId, order: bindingIdOf(binding), purpose: 'callback' }
  return {
    merchantId,
    callbackId: `cb_${random.bytes(16, purpose).toString('hex')}`,
    orderId: null,
    eventSeq: 0,
    url,
    headers: bindingHeaders(notice),
    body: Buffer.from(signedBody(bindingText(notice), signingKey(merchant, clock.machine())), 'utf8'),
    createdAt: at,
  }
}
