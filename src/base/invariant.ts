/**
 * States what our own code promises. A failure is a bug of ours, never bad input: it surfaces as 500
 * and is logged loudly, with no detail outside.
 *
 * @throws Error when `condition` is falsy
 */
export function invariant(condition: unknown, promise: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${promise}`)
}

/** Closes a switch over a union: a new member that no case handles does not compile. */
export function unreachable(value: never): never {
  throw new Error(`Invariant broken: no case for ${JSON.stringify(value)}`)
}
