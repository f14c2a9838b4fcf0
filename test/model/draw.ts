import * as fc from 'fast-check'
import type { Action } from './action.ts'
import type { MerchantServerPlan } from './plan.ts'
import { type Group, Together } from './sequence.ts'
import { type CardName, cards, minute } from './world.ts'

const content = fc.constantFrom(0, 0, 0, 1) as fc.Arbitrary<0 | 1>
const card = fc.constantFrom(...(Object.keys(cards) as CardName[]))
const tab = fc.constantFrom(0, 1) as fc.Arbitrary<0 | 1>
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
const by = fc.constantFrom(1, 30, minute, 2 * minute, 5 * minute, 14 * minute, 16 * minute, 20 * minute, 60 * minute)
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
  { weight: 2, arbitrary: initiate },
  { weight: 1, arbitrary: check },
  { weight: 1, arbitrary: cancel },
  { weight: 1, arbitrary: resend },
  { weight: 3, arbitrary: payOnce },
  { weight: 1, arbitrary: payUntilSettled },
  { weight: 3, arbitrary: advance },
  { weight: 1, arbitrary: toNext },
  { weight: 3, arbitrary: open },
  { weight: 9, arbitrary: press },
)

/** What may be done at the same moment: the same form twice, two tabs, cancel or expiry against a payment, ... */
const together: fc.Arbitrary<readonly Action[]> = fc.oneof(
  initiate.map((each) => [each, each, each, each, each]),
  fc.tuple(initiate, initiate, initiate),
  press.map((each) => [each, each]),
  fc.tuple(press, press),
  fc.tuple(press, cancel),
  fc.tuple(press, advance),
  fc.tuple(payOnce, press),
  fc.tuple(payOnce, cancel),
  fc.tuple(payOnce, advance),
  fc.tuple(payOnce, payOnce),
  fc.tuple(payOnce, initiate, check),
  fc.tuple(press, check, cancel),
  fc.tuple(resend, advance),
  fc.tuple(resend, resend),
  fc.tuple(advance, advance),
)

const cut = fc.record({
  at: fc.integer({ min: 1, max: 24 }),
  whose: fc.constantFrom('question', 'answer'),
})

const group: fc.Arbitrary<Group> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ actions: one.map((each) => [each]), cut: fc.constant(null) }) },
  { weight: 4, arbitrary: fc.record({ actions: together, cut: fc.constant(null) }) },
  { weight: 2, arbitrary: fc.record({ actions: one.map((each) => [each]), cut }) },
  {
    weight: 1,
    arbitrary: fc.record({
      actions: fc.oneof(fc.tuple(press, cancel), fc.tuple(press, press), fc.tuple(initiate, initiate)),
      cut,
    }),
  },
)

/** How a merchant's server answers; mostly well. */
export const plan: fc.Arbitrary<MerchantServerPlan> = fc.record({
  first: fc.array(fc.constantFrom('200', '500', 'slow', 'reset'), { maxLength: 4 }),
  rest: fc.constantFrom('200', '200', '200', '500'),
})

/** Sequences of groups. The first order is there as a rule, so that most of a sequence is about one. */
export function commands(atMost: number, replayPath?: string) {
  const begin: fc.Arbitrary<Group> = fc.constant({ actions: [{ do: 'initiate', content: 0 }], cut: null })
  return fc.commands(
    [...Array.from({ length: 4 }, () => group), begin].map((each) => each.map((drawn) => new Together(drawn))),
    { maxCommands: atMost, size: 'max', ...(replayPath !== undefined && { replayPath }) },
  )
}
