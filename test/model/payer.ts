import { holdCvv, inquire, proceed, startAttempt } from './payment.ts'
import { attemptAt, page, readAttempt, readOrder, standing, wordOf } from './standing.ts'
import { type CardName, database, type Doing, memory, type Outcome, part, stateAt } from './world.ts'

/** What a payer types at the bank. */
export type Typed = 'right' | 'wrong' | 'cancel'

/** The page, as a payer who comes or reloads is shown it. */
export function* openPage(): Doing {
  if (!(yield* readOrder())) return '404 unknown'
  return `200 ${yield* page()}`
}

/** The form of the card, made for the attempt `formNo`. Whatever comes of it, the browser is sent back to the page. */
export function* submitCard(formNo: number, card: CardName): Doing {
  const order = yield* readOrder()
  if (!order) return '404 unknown'
  const now = yield* memory((world) => world.now)
  if (stateAt(order, now) !== 'open' || formNo !== order.attempts + 1) return yield* openPage()
  if (card === 'malformed') return `422 ${yield* page(true)}`
  const started = yield* startAttempt(formNo, card)
  if (started !== null) {
    yield* holdCvv(started)
    yield* part(() => proceed(started))
  }
  return yield* openPage()
}

/** The form that goes on after the method step, and the way back from the bank: both are about the newest attempt. */
export function* goOn(): Doing {
  const seen = yield* standing()
  if (!seen) return '404 unknown'
  const { attempt } = seen
  if (attempt) yield* part(() => proceed(attempt.no))
  return yield* openPage()
}

/** The CVV again, for an attempt whose own was lost with the answer to its form. */
export function* submitCvv(formNo: number): Doing {
  const attempt = yield* readAttempt()
  if (attempt?.state !== 'authenticated' || attempt.no !== formNo) return yield* openPage()
  yield* holdCvv(formNo)
  yield* readAttempt()
  yield* part(() => proceed(formNo))
  return yield* openPage()
}

/** The bank's page of one attempt, and the way back from it once the challenge is over. */
export function* answerBank(no: number, typed: Typed): Doing {
  const bank = yield* tellBank(no, typed)
  if (bank === 'open') return '422 bank'
  return yield* goOn()
}

function* tellBank(no: number, typed: Typed): Doing<'open' | 'passed' | 'failed'> {
  return yield* database(({ attempts }) => {
    const attempt = attemptAt(attempts, no)
    if (attempt.bank !== 'open') return attempt.bank ?? 'failed'
    if (typed === 'wrong') attempt.triesLeft -= 1
    if (typed === 'right') attempt.bank = 'passed'
    else if (typed === 'cancel' || attempt.triesLeft === 0) attempt.bank = 'failed'
    return attempt.bank
  })
}

/** What the scripted payer is told. */
export interface Script {
  readonly card: CardName
  readonly outcome: Outcome | null
  readonly authentication: 'success' | 'fail' | 'abandon'
  readonly attempts: 1 | null
}

const anotherPayer = '409 4090000'

/** `POST /sandbox/orders/{id}/pay`. */
export function* pay(script: Script): Doing {
  try {
    return yield* payAs(script)
  } finally {
    if (script.outcome)
      yield* memory((world) => {
        world.script = null
        return null
      })
  }
}

function* payAs(script: Script): Doing {
  if (!(yield* readOrder())) return '404 4040001'
  const first = yield* standing()
  const now = yield* memory((world) => world.now)
  if (!first || stateAt(first.order, now) !== 'open') return '404 4040100'
  for (let tries = 1; ; tries += 1) {
    const end = yield* part(() => tryToPay(script))
    if (end !== 'again' && end !== 'over') return end
    if (end === 'over' || tries === script.attempts) return yield* report()
  }
}

/** One attempt of the scripted payer; `over` where there is nothing more for them to do. */
function* tryToPay({ card, outcome, authentication }: Script): Doing {
  const no = ((yield* standing())?.order.attempts ?? 0) + 1
  if (outcome)
    yield* memory((world) => {
      world.script = outcome
      return null
    })
  if (card === 'malformed') return '400 4000001'
  if ((yield* startAttempt(no, card)) === null) return anotherPayer
  yield* holdCvv(no)
  yield* part(() => proceed(no))
  yield* part(() => proceed(no))
  const asked = yield* standing()
  if (asked?.attempt?.no !== no) return anotherPayer
  if (asked.attempt.state === 'challenged') {
    if (authentication === 'abandon') return 'over'
    const typed = authentication === 'success' ? 'right' : 'wrong'
    while ((yield* tellBank(no, typed)) === 'open');
    yield* part(() => proceed(no))
  }
  const end = yield* standing()
  if (end?.attempt?.no !== no) return anotherPayer
  if (end.attempt.state === 'authorizing' && outcome === 'late') {
    yield* part(() => inquire(no))
    yield* standing()
  }
  const now = yield* memory((world) => world.now)
  return stateAt(end.order, now) === 'open' ? 'again' : 'over'
}

function* report(): Doing {
  const seen = yield* standing()
  if (!seen) throw new Error('An order stays')
  const now = yield* memory((world) => world.now)
  return `200 ${wordOf(seen, now)}`
}
