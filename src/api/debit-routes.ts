import type { FastifyInstance } from 'fastify'
import { toInteger } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import { Type } from '../base/schema.ts'
import type { DebitChannel, LinkedAccount } from '../debit/account.ts'
import { listAccounts } from '../debit/account-store.ts'
import { openBinding } from '../debit/bind.ts'
import { requireChannel } from '../debit/deps.ts'
import { sendAccountOtp, setLimit, unbind } from '../debit/limit.ts'
import { payWithOtp, purchase, requireAccount, sendOrderOtp } from '../debit/purchase.ts'
import { merchantOf } from '../http/basic-auth.ts'
import { refuseOtherMethods } from '../http/not-found.ts'
import { seconds } from '../http/problem-answer.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { pageTokenOf } from '../payment/page-token.ts'
import { AccountsAnswer, BindAnswer, CodeAnswer, success } from '../wire/answers.ts'
import { readAccount, readBind, readLimit, readPurchase } from '../wire/debit.ts'
import { AccountBody, BindBody, LimitBody, PurchaseBody } from '../wire/debit-body.ts'
import type { InitiateRequest } from '../wire/initiate.ts'
import { wibDateTime } from '../wire/wib.ts'
import type { Typed } from './card-routes.ts'
import { type ApiDeps, bytesOf, checkedByReader, errors, orderOf, prefix } from './deps.ts'

const under = `${prefix}/directdebit`

/** Not under the contract's own prefix, as the contract has no call for it: this one is ours. */
const accountsPath = '/gerbang/accounts'

/** How many accounts of a customer are listed. */
const atMost = 100

export function refuseOtherDebitMethods(app: FastifyInstance): void {
  for (const call of ['bind', 'unbind', 'purchase', 'purchase/otp', 'limit', 'limit/otp'])
    refuseOtherMethods(app, `${under}/${call}`, ['POST'])
  refuseOtherMethods(app, accountsPath, ['GET'])
}

/** Accounts that customers link with a merchant, which it can charge (finpay-api.md part 9). */
export function debitRoutes(app: Typed, deps: ApiDeps): void {
  const { debits } = deps
  const tags = ['Direct debit']
  const answersCode = { 200: CodeAnswer, ...errors }

  app.post(
    `${under}/bind`,
    {
      schema: { summary: 'Link an account', tags, body: BindBody, response: { 200: BindAnswer, ...errors } },
      validatorCompiler: checkedByReader,
    },
    async (request, reply) => {
      const merchant = merchantOf(request)
      const { type: channel, customerId, url } = readBind(bytesOf(request.body))
      requireChannel(debits, merchant, channel)
      const binding = await openBinding(debits, merchant, { channel, customerId, ...url })
      const token = pageTokenOf(merchant.route, { orderNo: binding.bindingNo, pageSecret: binding.pageSecret })
      return {
        ...success,
        ...(channel === 'ddisaku' && { referenceNumber: binding.reference }),
        redirecturl: `${deps.publicUrl()}/sandbox/directdebit/${token}`,
        processingTime: seconds(reply.elapsedTime),
        traceId: request.id,
      }
    },
  )

  app.post(
    `${under}/unbind`,
    {
      schema: { summary: 'Unlink an account', tags, body: AccountBody, response: answersCode },
      validatorCompiler: checkedByReader,
    },
    async (request, reply) => {
      const { type, accountId } = readAccount(bytesOf(request.body))
      await unbind(debits, merchantOf(request), type, accountId)
      return { ...success, processingTime: seconds(reply.elapsedTime), traceId: request.id }
    },
  )

  app.post(
    `${under}/purchase`,
    {
      schema: { summary: 'Charge a linked account', tags, body: PurchaseBody, response: answersCode },
      validatorCompiler: checkedByReader,
    },
    async (request, reply) => {
      const asked = readPurchase(bytesOf(request.body))
      const order = orderOf(asked)
      await purchase(debits, deps, merchantOf(request), {
        order: { ...order, details: { ...order.details, isCharge: true } },
        channel: asked.type,
        accountId: asked.accountId,
        otp: asked.otp,
      })
      return { ...success, processingTime: seconds(reply.elapsedTime), traceId: request.id }
    },
  )

  for (const purpose of ['purchase', 'limit'] as const) {
    app.post(
      `${under}/${purpose}/otp`,
      {
        schema: { summary: `Have an OTP sent: ${purpose}`, tags, body: AccountBody, response: answersCode },
        validatorCompiler: checkedByReader,
      },
      async (request, reply) => {
        const { type, accountId } = readAccount(bytesOf(request.body))
        if (type !== 'ddmandiri') throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
        await sendAccountOtp(debits, merchantOf(request), purpose, type, accountId)
        return { ...success, processingTime: seconds(reply.elapsedTime), traceId: request.id }
      },
    )
  }

  app.post(
    `${under}/limit`,
    {
      schema: { summary: "Set an account's limit", tags, body: LimitBody, response: answersCode },
      validatorCompiler: checkedByReader,
    },
    async (request, reply) => {
      const merchant = merchantOf(request)
      const { cardToken: accountId, merchantId, ...wanted } = readLimit(bytesOf(request.body))
      if (merchantId !== merchant.merchantId) throw new Problem('malformed_field', { field: 'merchantId' })
      await setLimit(debits, merchant, { ...wanted, accountId })
      return { ...success, processingTime: seconds(reply.elapsedTime), traceId: request.id }
    },
  )

  app.get(
    accountsPath,
    {
      schema: {
        summary: "A customer's linked accounts (Gerbang's own call)",
        tags,
        querystring: Type.Object({ customerId: Type.String() }),
        response: { 200: AccountsAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const { merchantId } = merchantOf(request)
      const { customerId } = request.query
      const accounts = await listAccounts(deps.payments.database, merchantId, customerId, atMost)
      return {
        ...success,
        data: { customer: { id: customerId }, accounts: accounts.map(viewOf) },
        processingTime: seconds(reply.elapsedTime),
        traceId: request.id,
      }
    },
  )
}

function viewOf({ channel, accountId, mask, journeyId, chargeToken, limit, linkedAt }: LinkedAccount) {
  return {
    type: channel,
    accountId,
    mask,
    ...(journeyId !== null && { journeyID: journeyId }),
    ...(chargeToken !== null && { chargeToken }),
    ...(limit && { limit: toInteger(limit) }),
    linkedAt: wibDateTime(linkedAt),
  }
}

/**
 * What `initiate` does for a linked account before, or instead of, opening an order. By BRI the payer's OTP is sent, and
 * answered by its reference; with the OTP the account is charged. Null: the order is opened as any other, and paid on
 * the page of its channel.
 *
 * @throws Problem `account_not_found`; otherwise as `payWithOtp`
 */
export async function initiateByDebit(
  deps: ApiDeps,
  merchant: Merchant,
  wanted: InitiateRequest,
  channel: DebitChannel,
): Promise<string | null> {
  const { debits } = deps
  const { accountId, otp, otpReference } = wanted
  const order = orderOf(wanted)
  if (accountId === null) return null
  if (otp !== null && otpReference !== null) {
    const step = { order, channel, accountId, otp }
    await payWithOtp(debits, deps, merchant, step, { password: otp, reference: otpReference })
    return otpReference
  }
  await requireAccount(debits, merchant, channel, accountId)
  if (channel !== 'ddbri') return null
  const opened = await deps.initiate(merchant, order)
  return sendOrderOtp(debits, opened)
}
