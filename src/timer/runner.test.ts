import assert from 'node:assert/strict'
import { after, mock, test } from 'node:test'
import { testDatabase } from '../../test/postgres.ts'
import { systemClock } from '../base/clock.ts'
import { Problem } from '../base/problem.ts'
import { statement } from '../postgres/database.ts'
import { TimerRunner } from './runner.ts'
import { due, schedule } from './store.ts'
import { handlersOf } from './handlers.fixture.ts'
import { type Timer, timerOf } from './timer.ts'

const temporary = await testDatabase()
const { database } = temporary
after(() => temporary.drop())

let isAway = false
const ask = database.query.bind(database)
mock.method(database, 'query', async (...given: Parameters<typeof ask>) => {
  const answer = await ask(...given)
  // What was asked for has been done; only the answer is lost.
  if (isAway) throw new Problem('unavailable')
  return answer
})

const dueNow = async () => {
  const now = systemClock.machine()
  const found = await due(database, { now, machine: now, except: [], kinds: ['expire'], limit: 10 })
  return found.map(({ subject }) => subject)
}

function runnerWith(handler: () => Promise<null>): TimerRunner {
  const never = () => Promise.reject(new Error('There is no such timer.'))
  return new TimerRunner({
    database,
    clock: systemClock,
    handlers: { ...handlersOf(never), expire: handler },
    failed: () => undefined,
  })
}

async function aTimer(subject: string): Promise<Timer> {
  const timer = timerOf('FINPAY770', 'expire', subject, systemClock.machine())
  await schedule(database, [timer])
  return timer
}

test('a lease that was taken while the answer was lost is given back when the database is there again', async () => {
  const timer = await aTimer('claimed')
  const runner = runnerWith(async () => null)
  isAway = true
  await assert.rejects(runner.run(timer), { problem: 'unavailable' })
  await assert.rejects(runner.freeStuck(), { problem: 'unavailable' })
  isAway = false
  await runner.freeStuck()
  assert.deepEqual(await dueNow(), ['claimed'])
  assert.equal(await runner.run(timer), true)
  assert.deepEqual(await dueNow(), [])
})

test('so is that of a timer whose handler met a database that was away', async () => {
  const timer = await aTimer('handled')
  const runner = runnerWith(() => {
    isAway = true
    return Promise.reject(new Problem('unavailable'))
  })
  assert.equal(await runner.run(timer), true)
  isAway = false
  await runner.freeStuck()
  assert.deepEqual(await dueNow(), [], 'its pause after a failure was written: it is not run at once')
})

test('a lease of somebody else stays', async () => {
  const timer = await aTimer('theirs')
  const mine = runnerWith(async () => null)
  await new Promise<void>((begun) => {
    const theirs = runnerWith(() => {
      begun()
      return new Promise(() => undefined)
    })
    void theirs.run(timer)
  })
  isAway = true
  await assert.rejects(mine.run(timer), { problem: 'unavailable' })
  isAway = false
  await mine.freeStuck()
  assert.deepEqual(await dueNow(), [])
})

test('a timer that is scheduled anew while it runs stays, although it is for the same time', async () => {
  const timer = await aTimer('anew')
  const runner = runnerWith(async () => {
    // As whoever settles an attempt does while the expiry timer finds its order being paid.
    await schedule(database, [timer])
    return null
  })
  assert.equal(await runner.run(timer), true)
  assert.deepEqual(await dueNow(), ['anew'])
})

test('so does one that is scheduled anew while its handler fails, and it need not wait', async () => {
  await database.query(statement('test.none', 'delete from timer'))
  const timer = await aTimer('failed')
  const runner = runnerWith(async () => {
    await schedule(database, [timer])
    throw new Error('It fails.')
  })
  assert.equal(await runner.run(timer), true)
  assert.deepEqual(await dueNow(), ['failed'])
})
