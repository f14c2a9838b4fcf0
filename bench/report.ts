import type { Machine } from './machine.ts'
import type { Line } from './measure.ts'

/** Everything that one run found. */
export interface Report {
  readonly machine: Machine
  readonly rounds: number
  readonly turnMs: number
  readonly connections: number
  readonly measures: Readonly<Record<string, readonly Line[]>>
}

/** The report as a table of Markdown, which a terminal shows as well. */
export function tableOf({ machine, rounds, turnMs, connections, measures }: Report): string {
  const { processor, cores, memoryGiB, kernel, node, postgresql, fsyncMs } = machine
  const rows = Object.values(measures)
    .flat()
    .map(({ name, figure, unit, goal }) => [
      name,
      shown(figure.median, unit),
      `${shown(figure.lowest, unit)} … ${shown(figure.highest, unit)}`,
      goal?.text ?? '',
      goal ? (goal.met ? 'met' : 'missed') : '',
    ])
  const all = [['Measure', 'Median', 'Lowest … highest', 'Goal', ''], ...rows]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = all
  return [
    `${cores} cores of ${processor}, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}, PostgreSQL ${postgresql}, ` +
      `fdatasync of 8 kB ${fsyncMs.toFixed(2)} ms.`,
    `${rounds} rounds, turns of ${turnMs / 1_000} s, ${connections} connections; load, gateway and database on the same cores.`,
    '',
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...body.map(line),
  ].join('\n')
}

function shown(value: number, unit: Line['unit']): string {
  const digits = unit === '×' || unit === 's' ? 2 : unit === 'ms' || unit === '%' ? 1 : 0
  const text = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return unit === '/s' || unit === '%' ? `${text}${unit}` : unit === '×' ? `${text} ×` : `${text} ${unit}`
}
