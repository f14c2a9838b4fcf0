import { kept } from './kept.ts'

/** Half of a split gate, the candi bentar of Java and Bali: flat inside, stepped outside. */
const leftLeaf = 'M14 3v26H3v-5h2.4v-6h2.3v-6h2.2V7H12V3z'
const rightLeaf = 'M18 3v26h11v-5h-2.4v-6h-2.3v-6h-2.2V7H20V3z'

/** Gerbang's mark. Decorative wherever it stands: the name is always beside it or needless. */
export function Mark({ className }: { className: 'mark' | 'watermark' }) {
  return mark(className)
}

const mark = kept((className: 'mark' | 'watermark') => (
  <svg class={className} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <path d={leftLeaf} />
    <path d={rightLeaf} />
  </svg>
))

/** What the gate does: `open` lets the payment through, `waiting` moves, `shut` stays shut. */
export type GateState = 'open' | 'waiting' | 'shut'

/** The mark as a sign of how a payment stands. Decorative: the heading beside it says the same. */
export function Gate({ state }: { state: GateState }) {
  return gate(state)
}

const gate = kept((state: GateState) => (
  <svg class={`sign sign-${state}`} viewBox="-8 0 48 32" aria-hidden="true" focusable="false">
    <path class="leaf-left" d={leftLeaf} />
    <path class="leaf-right" d={rightLeaf} />
    {state === 'open' ? <path class="tick" d="M9.5 17.5l4.5 4.5 9-10" /> : null}
    {state === 'shut' ? <path class="bar" d="M5 20h22" /> : null}
  </svg>
))

/** The browser tab's picture, as a data URL, so that no second request is needed. */
export const icon = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" fill="#0b3d33"/><g fill="#fff" transform="translate(4 4) scale(.75)"><path d="${leftLeaf}"/><path d="${rightLeaf}"/></g></svg>`,
)}`
