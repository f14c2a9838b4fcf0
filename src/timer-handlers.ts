import { invariant } from './base/invariant.ts'
import type { Callback } from './callback/callback.ts'
import { deliver, type DeliveryDeps, type DeliveryOutcome } from './callback/deliver.ts'
import type { Directory } from './merchant/directory.ts'
import type { Merchant } from './merchant/merchant.ts'
import { parseAttemptSubject } from './payment/change.ts'
import type { PaymentDeps } from './payment/deps.ts'
import { abandon, expire } from './payment/expire.ts'
import { inquire, reverseLate } from './payment/inquire.ts'
import { inquireOperation, undoLate } from './payment/inquire-operation.ts'
import { lapse } from './payment/lapse.ts'
import { giveBack } from './payment/receive.ts'
import { signAnew } from './payment/sign-anew.ts'
import { chargeDue } from './recurring/charge-due.ts'
import type { RecurringDeps } from './recurring/deps.ts'
import type { TimerHandler } from './timer/runner.ts'
import { schedule } from './timer/store.ts'
import type { Timer, TimerKind } from './timer/timer.ts'
import { cancelTogether } from './timer/together.ts'

/** What is done for each kind of timer, `delivered` being told of each callback that was. */
export function timerHandlers(
  payments: PaymentDeps,
  recurring: RecurringDeps,
  directory: Directory,
  delivery: DeliveryDeps,
  delivered: (timer: Timer, callback: Callback, outcome: DeliveryOutcome) => void,
  provider: { notify(merchant: Merchant, subject: string): Promise<null> } | null,
): Record<TimerKind, TimerHandler> {
  const merchantOf = async (merchantId: string) => {
    const merchant = await directory.find(merchantId)
    invariant(merchant, `${merchantId} has timers and is a merchant`)
    return merchant
  }
  return {
    expire: async ({ merchantId, subject }) => expire(payments, await merchantOf(merchantId), subject),
    abandon: async ({ merchantId, subject }) => {
      const { orderId, attemptNo } = parseAttemptSubject(subject)
      return abandon(payments, await merchantOf(merchantId), orderId, attemptNo)
    },
    inquire: async ({ merchantId, subject }) => {
      const { orderId, attemptNo } = parseAttemptSubject(subject)
      return inquire(payments, await merchantOf(merchantId), orderId, attemptNo)
    },
    reverse: async ({ merchantId, subject }) => {
      const { orderId, attemptNo } = parseAttemptSubject(subject)
      return reverseLate(payments, await merchantOf(merchantId), orderId, attemptNo)
    },
    operation: async ({ merchantId, subject }) => {
      const { orderId, attemptNo } = parseAttemptSubject(subject)
      return inquireOperation(payments, await merchantOf(merchantId), orderId, attemptNo)
    },
    undo: async ({ merchantId, subject }) => {
      const { orderId, attemptNo } = parseAttemptSubject(subject)
      return undoLate(payments, await merchantOf(merchantId), orderId, attemptNo)
    },
    lapse: async ({ merchantId, subject }) => lapse(payments, await merchantOf(merchantId), subject),
    charge: async ({ merchantId, subject }, now) => chargeDue(recurring, await merchantOf(merchantId), subject, now),
    return: async ({ merchantId, subject }) => giveBack(payments, await merchantOf(merchantId), subject),
    notify: async ({ merchantId, subject }) => {
      invariant(provider, 'only a provider that is played here tells us by a timer')
      return provider.notify(await merchantOf(merchantId), subject)
    },
    callback: async (timer, _now, isUrgent) => {
      const { merchantId, timerId, subject } = timer
      const merchant = await merchantOf(merchantId)
      if (merchant.previousKey) await signAnew(payments, merchant, subject)
      let told: Callback | undefined
      const outcome = await deliver(delivery, {
        merchantId,
        callbackId: subject,
        isUrgent,
        inTransaction: async (sql, result, callback) => {
          told = callback
          if (result.kind === 'retry') await schedule(sql, [{ ...timer, dueAt: result.retryAt }])
          else if (result.kind !== 'postponed') await cancelTogether(sql, { merchantId, timerId })
        },
      })
      if (told) delivered(timer, told, outcome)
      return outcome.kind === 'postponed' ? { postponedMs: outcome.postponedMs } : 'moved'
    },
  }
}

/** What a timer is about, by the names that the log uses. */
export function subjectOf({ merchantId, kind, subject }: Timer): Readonly<Record<string, unknown>> {
  if (kind === 'expire' || kind === 'lapse') return { merchantId, orderId: subject }
  if (kind === 'charge') return { merchantId, planId: subject }
  if (kind === 'return') return { merchantId, reference: subject }
  if (kind === 'notify') return { merchantId, payment: subject }
  return kind === 'callback' ? { merchantId, callbackId: subject } : { merchantId, ...parseAttemptSubject(subject) }
}
