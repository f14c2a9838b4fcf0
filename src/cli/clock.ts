import type { ClockView, SandboxClient } from '../client.ts'
import { connect } from './connect.ts'
import { print } from './print.ts'
import { read, UsageError } from './usage.ts'

type Clock = SandboxClient['clock']

const moves: Readonly<Record<string, { words: number; run: (clock: Clock, word: string) => Promise<ClockView> }>> = {
  show: { words: 0, run: (clock) => clock.get() },
  advance: { words: 1, run: (clock, duration) => clock.advance(duration) },
  to: { words: 1, run: (clock, time) => clock.to(time) },
  next: { words: 0, run: (clock) => clock.next() },
  freeze: { words: 0, run: (clock) => clock.freeze(true) },
  unfreeze: { words: 0, run: (clock) => clock.freeze(false) },
  reset: { words: 0, run: (clock) => clock.reset() },
}

/** Shows or moves the merchant's business time. */
export async function clockCommand(words: readonly string[]): Promise<number> {
  const [first] = words
  const name = first === undefined || first.startsWith('-') ? 'show' : first
  const move = moves[name]
  if (!move) throw new UsageError(`The clock does not know \`${name}\`.`)
  const rest = name === first ? words.slice(1) : words
  const { values, positionals } = read(rest, { json: { type: 'boolean' } }, move.words)
  const state = await move.run(connect().clock, positionals[0] ?? '')
  print(values.json, state, [
    `now   ${state.now}${state.frozen ? ' (frozen)' : ''}`,
    `next  ${state.next ?? 'nothing is scheduled'}`,
    `ran   ${state.ran}${state.more ? ', more is due: repeat' : ''}`,
  ])
  return 0
}
