import { unreachable } from '../../src/base/invariant.ts'
import { cancel, check, initiate, resend } from './merchant.ts'
import { answerBank, goOn, openPage, pay, type Script, submitCard, submitCvv, type Typed } from './payer.ts'
import type { MerchantServerPlan } from './plan.ts'
import { move } from './time.ts'
import type { CardName, Content, Doing } from './world.ts'

/** One thing that somebody does, and one answer. */
export type Action =
  | { readonly do: 'initiate'; readonly content: Content }
  | { readonly do: 'check' }
  | { readonly do: 'cancel' }
  | { readonly do: 'resend' }
  | ({ readonly do: 'pay' } & Script)
  | { readonly do: 'move'; readonly by: number | 'next' }
  /** The payer comes, or comes again, in one of two tabs. */
  | { readonly do: 'open'; readonly tab: Tab }
  /** The payer does what the page in the tab is for; `isBack`: the page before it, from the browser's history. */
  | {
      readonly do: 'press'
      readonly tab: Tab
      readonly isBack: boolean
      readonly card: CardName
      readonly typed: Typed
    }

export type Tab = 0 | 1

/** What a tab shows, as far as the next step depends on it. */
export type Page =
  | { readonly kind: 'card'; readonly formNo: number }
  | { readonly kind: 'cvv'; readonly formNo: number }
  | { readonly kind: 'authenticate' }
  | { readonly kind: 'challenge'; readonly attempt: number; readonly creq: string; readonly acsUrl: string }
  /** Nothing to press: the payer reloads. */
  | { readonly kind: 'other' }

/** What an action comes down to when it begins; pages change under it, so it is fixed before. */
export type Request =
  | Exclude<Action, { do: 'press' }>
  | {
      readonly do: 'press'
      readonly tab: Tab
      readonly page: Page
      readonly card: CardName
      readonly typed: Typed
    }

/** What the model says of a request. */
export function programOf(request: Request, plan: MerchantServerPlan): () => Doing {
  switch (request.do) {
    case 'initiate':
      return () => initiate(request.content)
    case 'check':
      return check
    case 'cancel':
      return cancel
    case 'resend':
      return () => resend(plan)
    case 'pay':
      return () => pay(request)
    case 'move':
      return () => move(request.by, plan)
    case 'open':
      return openPage
    case 'press':
      return press(request)
    default:
      return unreachable(request)
  }
}

function press({ page, card, typed }: Extract<Request, { do: 'press' }>): () => Doing {
  switch (page.kind) {
    case 'card':
      return () => submitCard(page.formNo, card)
    case 'cvv':
      return () => submitCvv(page.formNo)
    case 'authenticate':
      return goOn
    case 'challenge':
      return () => answerBank(page.attempt, typed)
    case 'other':
      return openPage
    default:
      return unreachable(page)
  }
}
