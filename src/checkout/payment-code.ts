/** A number to pay to in fours, as numbers are read out; one digit never stands alone. */
export function groupsOf(code: string): string[] {
  const groups = code.match(/.{1,4}/g) ?? []
  const last = groups.at(-1)
  if (groups.length > 1 && last?.length === 1) groups.splice(-2, 2, `${groups.at(-2)}${last}`)
  return groups
}
