import * as fc from 'fast-check'
import type { Action } from './action.ts'
import type { MerchantServerPlan } from './plan.ts'
import { type Group, Together } from './sequence.ts'
import { type CardName, cards, minute } from './world.ts'

const content = fc.constantFrom<(0 | 1)[]>(0, 0, 0, 1)
const card = fc.constantFrom(...(Object.keys(cards) as CardName[]))
const tab = fc.constantFrom<(0 | 1)[]>(0, 0, 0, 1)
const outcome = fc.constantFrom('approved', 'declined', 'timeout', 'late', null)

const initiate = fc.record({ do: fc.constant('initiate' as const), content })
const check = fc.constant({ do: 'check' } as const)
const cancel = fc.constant({ do: 'cancel' } as const)
const resend = fc.constant({ do: 'resend' } as const)
const authentication = fc.constantFrom('success', 'success', 'fail', 'abandon')
const payOnce = fc.record({
  do: fc.constant('pay' as const),
  card,
  outcome,
  authentication,
  attempts: fc.constant(1 as const),
})
const payUntilSettled = fc.record({
  do: fc.constant('pay' as const),
  card: fc.constantFrom('challenge', 'declined', 'plain', 'refused'),
  outcome,
  authentication,
  attempts: fc.constant(null),
})
const by = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(1, 30, minute, 2 * minute, 5 * minute) },
  { weight: 1, arbitrary: fc.constantFrom(14 * minute, 16 * minute, 20 * minute, 60 * minute) },
)
const advance = fc.record({ do: fc.constant('move' as const), by })
const toNext = fc.constant({ do: 'move', by: 'next' } as const)
const open = fc.record({ do: fc.constant('open' as const), tab })
const press = fc.record({
  do: fc.constant('press' as const),
  tab,
  isBack: fc.constantFrom(false, false, false, true),
  card,
  typed: fc.constantFrom('right', 'right', 'right', 'wrong', 'cancel'),
})

/** Anything, as it comes. The payer's page has the largest share: it has the most to go wrong. */
const one: fc.Arbitrary<Action> = fc.oneof(
  { weight: 1, arbitrary: initiate },
  { weight: 1, arbitrary: check },
  { weight: 1, arbitrary: cancel },
  { weight: 1, arbitrary: resend },
  { weight: 3, arbitrary: payOnce },
  { weight: 1, arbitrary: payUntilSettled },
  { weight: 2, arbitrary: advance },
  { weight: 1, arbitrary: toNext },
  { weight: 2, arbitrary: open },
  { weight: 12, arbitrary: press },
)

/** What may be done at the same moment: the same form twice, two tabs, cancel or expiry against a payment, ... */
const together: fc.Arbitrary<readonly Action[]> = fc.oneof(
  { weight: 4, arbitrary: press.map((each) => [each, each]) },
  { weight: 3, arbitrary: fc.tuple(press, press) },
  { weight: 2, arbitrary: fc.tuple(press, cancel) },
  { weight: 2, arbitrary: fc.tuple(press, advance) },
  { weight: 2, arbitrary: fc.tuple(payOnce, press) },
  { weight: 1, arbitrary: initiate.map((each) => [each, each, each, each, each]) },
  { weight: 1, arbitrary: fc.tuple(initiate, initiate, initiate) },
  { weight: 1, arbitrary: fc.tuple(payOnce, cancel) },
  { weight: 1, arbitrary: fc.tuple(payOnce, advance) },
  { weight: 1, arbitrary: fc.tuple(payOnce, payOnce) },
  { weight: 1, arbitrary: fc.tuple(payOnce, initiate, check) },
  { weight: 1, arbitrary: fc.tuple(press, check, cancel) },
  { weight: 1, arbitrary: fc.tuple(resend, advance) },
  { weight: 1, arbitrary: fc.tuple(resend, resend) },
  { weight: 1, arbitrary: fc.tuple(advance, advance) },
)

const cut = fc.record({
  at: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 })),
  whose: fc.constantFrom('question', 'answer'),
})

const none = fc.constant(null)
const single = one.map((each) => [each])
const jitter = fc.option(fc.nat({ max: 2 ** 31 - 1 }), { freq: 3 })

const group: fc.Arbitrary<Group> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ actions: single, cut: none, jitter: none }) },
  { weight: 6, arbitrary: fc.record({ actions: together, cut: none, jitter }) },
  { weight: 4, arbitrary: fc.record({ actions: single, cut, jitter: none }) },
  {
    weight: 2,
    arbitrary: fc.record({
      actions: fc.oneof(fc.tuple(press, cancel), fc.tuple(press, press), fc.tuple(initiate, initiate)),
      cut,
      jitter,
    }),
  },
)

/** How a merchant's server answers; mostly well. */
export const plan: fc.Arbitrary<MerchantServerPlan> = fc.record({
  first: fc.array(fc.constantFrom('200', '500', 'slow', 'reset'), { maxLength: 4 }),
  rest: fc.constantFrom('200', '200', '200', '500'),
})

/** In most sequences the order is there from the start, so that they are about it. */
export const isOpened = fc.constantFrom(true, true, true, true, true, false)

export function commands(atMost: number, replayPath?: string) {
  const drawn = group.map((each) => new Together(each))
  return fc.commands([drawn], {
    maxCommands: atMost,
    size: 'max',
    ...(replayPath !== undefined && { replayPath }),
  })
}
