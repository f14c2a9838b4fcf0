import { invariant } from '../base/invariant.ts'

/** Every kind of event in a log, and the state that it leaves its subject in; null where that stays as it was. */
export type Catalogue<State> = Readonly<Record<string, State | null>>

/** True for a kind of event that a catalogue has. */
export function isIn<const Types extends Catalogue<unknown>>(
  catalogue: Types,
  type: string,
): type is keyof Types & string {
  return Object.hasOwn(catalogue, type)
}

/** The state that a log tells, or undefined for an empty log. Unknown types are ours to fear: they throw. */
export function foldBy<State>(catalogue: Catalogue<State>, types: readonly string[]): State | undefined {
  let state: State | undefined
  for (const type of types) {
    invariant(isIn(catalogue, type), `${type} is in the catalogue of events`)
    state = catalogue[type] ?? state
  }
  return state
}
