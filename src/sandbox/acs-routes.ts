import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AccessControlServer, ChallengeView } from '../authentication/access-control-server.ts'
import { acsPaths } from '../authentication/simulator.ts'
import { testOtp } from '../card/deck.ts'
import { formOf, readForms } from '../http/form.ts'
import { pageHeaders } from '../pages/headers.ts'
import { type Language, pickLanguage } from '../pages/language.ts'
import { acsChallengePage } from './acs-challenge-page.tsx'
import { acsMethodPage } from './acs-method-page.tsx'
import { acsReturnPage, acsUnknownPage } from './acs-return-page.tsx'

export interface AcsDeps {
  readonly accessControlServer: AccessControlServer
}

const answerPath = `${acsPaths.challenge}/answer`

/** Merchants' pages lead to a bank from sites of their own. */
const fromAnySite = { config: { fromAnySite: true } }

/** The simulated bank's own pages: the method step in its frame, and the challenge. */
export function acsRoutes({ accessControlServer }: AcsDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    readForms(app)

    app.post(acsPaths.method, fromAnySite, async (request, reply) =>
      reply.headers(pageHeaders({ framedBy: 'anybody' })).send(acsMethodPage(languageOf(request))),
    )

    app.post(acsPaths.challenge, fromAnySite, async (request, reply) => {
      const challenge = await accessControlServer.challengeOf(formOf(request).get('creq') ?? '')
      if (!challenge) return unknown(request, reply)
      return challenge.state === 'open'
        ? ask(request, reply, challenge, null)
        : goBack(accessControlServer, request, reply, challenge.id)
    })

    app.post(answerPath, async (request, reply) => {
      const form = formOf(request)
      const challenge = await accessControlServer.challengeOf(form.get('creq') ?? '')
      if (!challenge) return unknown(request, reply)
      const otp = (form.get('otp') ?? '').replace(/\s/g, '')
      if (form.has('cancel')) await accessControlServer.cancelChallenge(challenge.id)
      else if (challenge.state === 'open') {
        if (!otp) return ask(request, reply, challenge, { kind: 'missing' })
        const answer = await accessControlServer.answerChallenge(challenge.id, otp)
        const after = await accessControlServer.challengeOf(form.get('creq') ?? '')
        if (answer === 'wrong' && after) {
          return ask(request, reply, after, { kind: 'wrong', triesLeft: after.triesLeft })
        }
      }
      return goBack(accessControlServer, request, reply, challenge.id)
    })
  }
}

function ask(
  request: FastifyRequest,
  reply: FastifyReply,
  { merchantName, amount, last4 }: ChallengeView,
  error: Parameters<typeof acsChallengePage>[0]['error'],
): FastifyReply {
  const page = acsChallengePage({
    language: languageOf(request),
    action: answerPath,
    hidden: { creq: formOf(request).get('creq') ?? '' },
    merchantName,
    amount,
    cardLast4: last4,
    otp: testOtp,
    error,
  })
  return reply
    .code(error ? 422 : 200)
    .headers(pageHeaders())
    .send(page)
}

async function goBack(
  server: AccessControlServer,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
): Promise<FastifyReply> {
  const back = await server.cresFor(id)
  if (!back) return unknown(request, reply)
  const { notificationUrl, cres } = back
  return reply
    .headers(pageHeaders({ targets: [notificationUrl] }))
    .send(acsReturnPage({ language: languageOf(request), notificationUrl, cres, threeDSSessionData: '' }))
}

function unknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .headers(pageHeaders())
    .send(acsUnknownPage(languageOf(request)))
}

function languageOf(request: FastifyRequest): Language {
  return pickLanguage(formOf(request).get('lang'), request.headers['accept-language'])
}
