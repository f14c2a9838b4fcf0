/** One step as it is drawn. */
export interface Point {
  /** Requests per second. */
  readonly offered: number
  readonly accepted: number
  readonly refused: number
  /** Milliseconds from when a request was due to its answer. */
  readonly p99: number
}

const width = 640
const left = 62
const right = 96
const panels = { top: { y: 34, height: 150 }, bottom: { y: 232, height: 110 } }
const height = 392

/**
 * The overload curve as an SVG that stands by itself and is readable on light and on dark: what was taken
 * and refused against what was offered, and how long the slowest hundredth of what was taken took.
 */
export function overloadPicture(points: readonly Point[], title: string): string {
  const most = niceMaximum(Math.max(...points.map(({ offered }) => offered)))
  const rate = niceMaximum(Math.max(...points.map(({ accepted, refused }) => Math.max(accepted, refused))))
  const slow = niceMaximum(Math.max(120, ...points.map(({ p99 }) => p99)))
  const x = (offered: number) => left + (offered / most) * (width - left - right)
  const y = (panel: { y: number; height: number }, value: number, highest: number) =>
    panel.y + panel.height * (1 - value / highest)
  const line = (panel: { y: number; height: number }, highest: number, name: string, of: (point: Point) => number) => {
    const places = points.map((point) => `${round(x(point.offered))},${round(y(panel, of(point), highest))}`)
    const dots = places.map((place) => `<circle cx="${place.replace(',', '" cy="')}" r="3"/>`)
    return `<g class="${name}"><polyline points="${places.join(' ')}"/>${dots.join('')}</g>`
  }
  const last = points.at(-1) ?? { offered: 0, accepted: 0, refused: 0, p99: 0 }
  const label = (panel: { y: number; height: number }, highest: number, name: string, value: number, text: string) =>
    `<text class="${name} label" x="${round(x(last.offered) + 9)}" y="${round(y(panel, value, highest) + 4)}">${text}</text>`
  const { top, bottom } = panels
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #4a4f57 }
  .title { font-weight: 600; fill: #1b1f24 }
  .grid { stroke: #d9dde2 } .goal { stroke: #8a919b; stroke-dasharray: 4 4 }
  polyline { fill: none; stroke-width: 2; stroke-linejoin: round }
  .accepted { stroke: #0a7a5c; fill: #0a7a5c } .refused { stroke: #b4541a; fill: #b4541a } .slow { stroke: #2f5fb3; fill: #2f5fb3 }
  polyline { fill: none } .label { font-weight: 600 } text { stroke: none !important }
  @media (prefers-color-scheme: dark) {
    text { fill: #b4bbc5 } .title { fill: #eef1f4 } .grid { stroke: #3a4048 } .goal { stroke: #88909a }
    .accepted { stroke: #4cc9a4; fill: #4cc9a4 } .refused { stroke: #f0965a; fill: #f0965a } .slow { stroke: #84aef5; fill: #84aef5 }
  }
</style>
<text class="title" x="${left}" y="18">answers per second</text>
${grid(top, rate, x, y, most, false)}
${line(top, rate, 'refused', ({ refused }) => refused)}
${line(top, rate, 'accepted', ({ accepted }) => accepted)}
${label(top, rate, 'accepted', last.accepted, 'accepted')}
${label(top, rate, 'refused', apart(last.refused, last.accepted, rate / 10), 'refused')}
<text class="title" x="${left}" y="216">99th percentile of what was accepted, ms</text>
${grid(bottom, slow, x, y, most, true)}
<line class="goal" x1="${left}" x2="${width - right}" y1="${round(y(bottom, 100, slow))}" y2="${round(y(bottom, 100, slow))}"/>
<text x="${width - right + 9}" y="${round(y(bottom, 100, slow) + 4)}">goal 100 ms</text>
${line(bottom, slow, 'slow', ({ p99 }) => p99)}
<text x="${round((left + width - right) / 2)}" y="${height - 8}" text-anchor="middle">orders offered per second</text>
</svg>
`
}

function grid(
  panel: { y: number; height: number },
  highest: number,
  x: (offered: number) => number,
  y: (panel: { y: number; height: number }, value: number, highest: number) => number,
  most: number,
  hasNumbers: boolean,
): string {
  const quarters = [0, 0.25, 0.5, 0.75, 1]
  const across = quarters.map((part) => {
    const at = round(y(panel, part * highest, highest))
    return (
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${at}" y2="${at}"/>` +
      `<text x="${left - 8}" y="${at + 4}" text-anchor="end">${thousands(part * highest)}</text>`
    )
  })
  const below = quarters.map(
    (part) =>
      `<text x="${round(x(part * most))}" y="${panel.y + panel.height + 18}" text-anchor="middle">${thousands(part * most)}</text>`,
  )
  return [...across, ...(hasNumbers ? below : [])].join('\n')
}

/** A place for a label that does not lie on that of the other. */
function apart(value: number, other: number, least: number): number {
  if (Math.abs(value - other) >= least) return value
  return value > other ? other + least : other - least
}

/** The next 1, 2, 4 or 8 with zeros behind it, whose quarters are whole. */
function niceMaximum(value: number): number {
  const ten = 10 ** Math.floor(Math.log10(Math.max(1, value)))
  return ([1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8].find((factor) => factor * ten >= value) ?? 10) * ten
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
