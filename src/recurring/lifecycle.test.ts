import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  finalPlanStates,
  foldPlan,
  initialPlanState,
  nextPlanState,
  planEventTypes,
  planRows,
  planStates,
} from './lifecycle.ts'

test('no row of the life of a plan stands twice', () => {
  const keys = planRows.map(([operation, from, outcome]) => `${operation} ${from} ${outcome}`)
  assert.deepEqual(keys, [...new Set(keys)])
})

test('every state of a plan is reached from active', () => {
  const reached = new Set<string>([initialPlanState])
  for (const _round of planRows) for (const [, from, , to] of planRows) if (reached.has(from)) reached.add(to)
  assert.deepEqual(planStates.toSorted(), [...reached].toSorted())
})

test('a plan that has ended begins nothing', () => {
  assert.deepEqual([...finalPlanStates].toSorted(), ['cancelled', 'completed', 'stopped'])
  for (const state of planStates)
    assert.equal(nextPlanState('charge', state, 'begun') !== undefined, state === 'active', state)
})

test('every state is told by an event', () => {
  assert.deepEqual(
    planStates.toSorted(),
    [...new Set(Object.values(planEventTypes))].filter((state) => state !== null).toSorted(),
  )
})

test('the state of a plan is the fold of its events (invariant 6)', () => {
  assert.equal(foldPlan([]), undefined)
  assert.equal(foldPlan(['plan.started', 'plan.charging', 'plan.charged']), 'active')
  assert.equal(foldPlan(['plan.started', 'plan.paused', 'plan.declined']), 'paused')
  assert.equal(foldPlan(['plan.started', 'plan.paused', 'plan.resumed', 'plan.stopped']), 'stopped')
  assert.throws(() => foldPlan(['plan.started', 'plan.blessed']), /catalogue/)
  assert.throws(() => foldPlan(['toString']), /catalogue/)
})
