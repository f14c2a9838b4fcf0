import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { findTestAccount, testAccounts } from '../acquirer/account-deck.ts'
import { testOtp } from '../card/deck.ts'
import { channelOf } from '../channel/catalogue.ts'
import { maskOf } from '../debit/account.ts'
import { beginConfirming, bindingOfPage, cancelBinding, confirm, sendAgain } from '../debit/bind.ts'
import { type Binding, stageOf } from '../debit/binding.ts'
import type { DebitDeps } from '../debit/deps.ts'
import { formOf, readForms } from '../http/form.ts'
import type { Directory } from '../merchant/directory.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { pageHeaders } from '../pages/headers.ts'
import { type Language, pickLanguage } from '../pages/language.ts'
import {
  type BindingAccountPage,
  bindingAccountPage,
  type BindingOtpPage,
  bindingOtpPage,
  bindingResultPage,
  bindingUnknownPage,
} from './binding-pages.tsx'

export interface BindingDeps {
  readonly debits: DebitDeps
  readonly directory: Pick<Directory, 'findByRoute'>
}

const path = '/sandbox/directdebit/:token'

/** Where a payer links an account: the simulated bank asks which one, then for a one-time password. */
export function bindingRoutes({ debits, directory }: BindingDeps) {
  const pageOf = async (request: FastifyRequest): Promise<Page | undefined> => {
    const { token } = request.params as { token: string }
    const found = await bindingOfPage(debits, directory, token)
    return found && { ...found, path: `/sandbox/directdebit/${token}`, language: languageOf(request) }
  }
  const stageNow = ({ binding }: Page) => stageOf(binding, debits.payments.clock.now(binding.merchantId))

  return async (app: FastifyInstance): Promise<void> => {
    readForms(app)

    // The merchant leads its payer here.
    app.get(path, { config: { fromAnySite: true } }, async (request, reply) => {
      const page = await pageOf(request)
      if (!page) return unknown(request, reply)
      const stage = stageNow(page)
      if (stage === 'open') return askAccount(reply, page, null)
      if (stage === 'confirming') return askOtp(reply, page, null)
      const { language, path, merchant, binding } = page
      const failure = stage === 'linked' ? null : (binding.reason ?? ('expired' as const))
      const returnUrl = (failure === null ? binding.successUrl : binding.failUrl) ?? binding.backUrl
      const view = { language, path, merchantName: merchant.name, mask: binding.mask, failure, returnUrl }
      return reply.headers(pageHeaders()).send(bindingResultPage(view))
    })

    app.post(`${path}/account`, async (request, reply) => {
      const page = await pageOf(request)
      if (!page) return unknown(request, reply)
      const form = formOf(request)
      if (form.has('cancel')) await cancelBinding(debits, page.merchant, page.binding)
      else if (stageNow(page) === 'open') {
        const typed = (form.get('account') ?? '').trim()
        const account = findTestAccount(typed)
        if (!account) return askAccount(reply, page, typed === '' ? 'missing' : 'unknown')
        await beginConfirming(debits, page.binding, { mask: maskOf(account.number), bankReference: account.reference })
      }
      return back(reply, page)
    })

    app.post(`${path}/otp`, async (request, reply) => {
      const page = await pageOf(request)
      if (!page) return unknown(request, reply)
      const form = formOf(request)
      const otp = (form.get('otp') ?? '').replace(/\s/g, '')
      if (form.has('cancel')) await cancelBinding(debits, page.merchant, page.binding)
      else if (stageNow(page) === 'confirming') {
        if (form.has('again')) await sendAgain(debits, page.binding)
        else {
          if (!otp) return askOtp(reply, page, { kind: 'missing' })
          const { outcome, triesLeft } = await confirm(debits, page.merchant, page.binding, otp)
          if (outcome === 'wrong') return askOtp(reply, page, { kind: 'wrong', triesLeft })
          if (outcome === 'expired' || outcome === 'unknown') return askOtp(reply, page, { kind: 'expired' })
        }
      }
      return back(reply, page)
    })
  }
}

interface Page {
  readonly merchant: Merchant
  readonly binding: Binding
  readonly path: string
  readonly language: Language
}

function askAccount(
  reply: FastifyReply,
  { language, path, merchant, binding }: Page,
  error: BindingAccountPage['error'],
): FastifyReply {
  const page = bindingAccountPage({
    language,
    path,
    merchantName: merchant.name,
    bankName: channelOf(binding.channel).name[language],
    accounts: testAccounts,
    error,
  })
  return reply
    .code(error ? 422 : 200)
    .headers(pageHeaders())
    .send(page)
}

function askOtp(
  reply: FastifyReply,
  { language, path, merchant, binding }: Page,
  error: BindingOtpPage['error'],
): FastifyReply {
  const page = bindingOtpPage({
    language,
    path,
    merchantName: merchant.name,
    mask: binding.mask ?? '',
    otp: testOtp,
    error,
  })
  return reply
    .code(error ? 422 : 200)
    .headers(pageHeaders())
    .send(page)
}

/** A form is never answered with a page that could be sent again. */
function back(reply: FastifyReply, { path, language }: Page): FastifyReply {
  return reply.redirect(`${path}?lang=${language}`, 303)
}

function unknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .headers(pageHeaders())
    .send(bindingUnknownPage(languageOf(request)))
}

function languageOf(request: FastifyRequest): Language {
  const { lang } = request.query as { lang?: unknown }
  return pickLanguage(formOf(request).get('lang') ?? lang, request.headers['accept-language'])
}
