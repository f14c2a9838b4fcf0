import { type Rule, rules } from './rule.ts'

/** The longest window: rows are kept so long. */
const longestSeconds = 86_400
const mostAtOnce = 100_000

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 }

export type CardLimitsRead =
  | { readonly rules: readonly Rule[] | null }
  /** One for each part that is wrong, in its own words. */
  | { readonly faults: readonly string[] }

/**
 * Reads `off`, `on`, or what is to differ from the usual rules: `card=3/1h,network=off`. What is not named
 * stays as it is.
 *
 * @param knowsNetworks false where every payer comes from the same address: then a rule by network counts only if
 *   it is named
 */
export function readCardLimits(text: string, knowsNetworks: boolean): CardLimitsRead {
  if (text === 'off') return { rules: null }
  const usual: readonly Rule[] = rules
  const given = new Map<string, Rule | null>()
  const faults: string[] = []
  const known = usual.map(({ name }) => name)
  for (const part of text === 'on' ? [] : text.split(',').map((each) => each.trim())) {
    const [, name = '', value = ''] = /^([a-z]+)=(.+)$/.exec(part) ?? []
    const rule = usual.find((each) => each.name === name)
    const limit = value === 'off' ? null : readLimit(value)
    if (!rule) faults.push(`\`${part}\` names none of ${known.join(', ')}`)
    else if (limit === undefined) faults.push(`\`${part}\` is neither a limit (\`${name}=5/1h\`) nor \`${name}=off\``)
    else if (given.has(name)) faults.push(`\`${name}\` is given twice`)
    else given.set(name, limit && { ...rule, ...limit })
  }
  if (faults.length > 0) return { faults }
  const counted = usual.flatMap((rule) => {
    const changed = given.get(rule.name)
    if (changed !== undefined) return changed ?? []
    return rule.by === 'network' && !knowsNetworks ? [] : rule
  })
  return { rules: counted.length > 0 ? counted : null }
}

function readLimit(text: string): Pick<Rule, 'atMost' | 'withinSeconds'> | undefined {
  const [, count, length, unit = ''] = /^(\d{1,6})\/(\d{1,5})([smh])$/.exec(text) ?? []
  const atMost = Number(count)
  const withinSeconds = Number(length) * (secondsIn[unit] ?? Number.NaN)
  const isRight = atMost >= 1 && atMost <= mostAtOnce && withinSeconds >= 1 && withinSeconds <= longestSeconds
  return isRight ? { atMost, withinSeconds } : undefined
}
