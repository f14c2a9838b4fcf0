import { phpEncode, type PhpValue } from './php-json.ts'
import { wibDateTime } from './wib.ts'

/** What a merchant is told when a payer has linked an account, or has not. */
export interface BindingNotice {
  readonly merchantId: string
  readonly customerId: string
  readonly channel: string
  /** Null where nothing was linked. */
  readonly account: {
    readonly accountId: string
    readonly mask: string
    readonly journeyId: string | null
    readonly chargeToken: string | null
  } | null
  /** The bank's own name of the binding. */
  readonly reference: string
  readonly at: Date
}

/**
 * The body without its signature, in PHP's bytes and in the order of an order's callback. The documentation says that
 * the merchant is notified and not how: the members are our choice.
 */
export function bindingText({ merchantId, customerId, channel, account, reference, at }: BindingNotice): string {
  const status = account ? 'LINKED' : 'FAILURE'
  return phpEncode({
    merchant: { id: merchantId },
    customer: { id: customerId },
    sourceOfFunds: {
      type: channel,
      ...(account && {
        accountId: account.accountId,
        mask: account.mask,
        ...(account.journeyId !== null && { journeyID: account.journeyId }),
        ...(account.chargeToken !== null && { chargeToken: account.chargeToken }),
      }),
    },
    result: {
      binding: {
        status,
        statusDesc: status,
        userDesc: account ? 'Your account was linked' : 'Your account was not linked',
        datetime: wibDateTime(at),
        reference,
      },
    },
  } satisfies PhpValue)
}

/** As those of an order's callback; `x-external-id` is the binding's reference. */
export function bindingHeaders({ merchantId, reference }: BindingNotice): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'channel-id': 'FINPAY',
    'client-id': 'FINPAY',
    'x-partner-id': merchantId,
    'x-external-id': reference,
  }
}
