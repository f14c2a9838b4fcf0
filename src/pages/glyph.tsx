import { kept } from './kept.ts'

/** Small line drawings, 24 by 24. Decorative: words beside them say the same. */
const drawings = {
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  warning: 'M12 4l9 16H3zM12 10v4.5M12 17.4v.1',
  shield: 'M12 3l8 3v6c0 4.5-3.2 7.8-8 9-4.8-1.2-8-4.5-8-9V6zM8.5 12l2.5 2.5 4.5-5',
  card: 'M3 5.5h18v13H3zM3 10h18M6.5 15h4',
  'card-back': 'M3 5.5h18v13H3zM3 9h18M13.5 14h4.5',
  arrow: 'M19 12H5M11 6l-6 6 6 6',
  bank: 'M4 9.5L12 4l8 5.5zM6 9.5V18M10 9.5V18M14 9.5V18M18 9.5V18M3.5 20h17',
} as const

export function Glyph({ name }: { name: keyof typeof drawings }) {
  return glyph(name)
}

const glyph = kept((name: keyof typeof drawings) => (
  <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={drawings[name]} />
  </svg>
))
