import { kept } from './kept.ts'

/** Small line drawings, 24 by 24. Decorative: words beside them say the same. */
const drawings = {
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  warning: 'M12 4l9 16H3zM12 10v4.5M12 17.4v.1',
  shield: 'M12 3l8 3v6c0 4.5-3.2 7.8-8 9-4.8-1.2-8-4.5-8-9V6zM8.5 12l2.5 2.5 4.5-5',
  card: 'M3 5.5h18v13H3zM3 10h18M6.5 15h4',
  'card-back': 'M3 5.5h18v13H3zM3 9h18M13.5 14h4.5',
  qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM17.5 17.5H20V20h-2.5zM14 20v-.1M20 14v.1',
  wallet: 'M4 7.5A2.5 2.5 0 0 1 6.5 5H17v3M4 7.5V17a2.5 2.5 0 0 0 2.5 2.5H20V8H5M16 13.8v.1',
  shop: 'M4.5 10.5V20h15v-9.5M3 9l2-5h14l2 5a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0zM10 20v-5h4v5',
  calendar: 'M4 6h16v14H4zM4 10.5h16M8.5 3.5V6M15.5 3.5V6M8 15h4',
  screen: 'M3 5h18v11.5H3zM9 20h6M12 16.5V20M3 8.5h18',
  debit: 'M4 8h13M13.5 4.5L17 8l-3.5 3.5M20 16H7M10.5 12.5L7 16l3.5 3.5',
  globe: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c5 5.5 5 12.5 0 18M12 3c-5 5.5-5 12.5 0 18',
  phone: 'M7 3h10v18H7zM11 18h2',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5V12l3 2',
  chevron: 'M6 9.5l6 6 6-6',
  next: 'M9.5 6l6 6-6 6',
  arrow: 'M19 12H5M11 6l-6 6 6 6',
  bank: 'M4 9.5L12 4l8 5.5zM6 9.5V18M10 9.5V18M14 9.5V18M18 9.5V18M3.5 20h17',
} as const

export type GlyphName = keyof typeof drawings

export function Glyph({ name }: { name: GlyphName }) {
  return glyph(name)
}

const glyph = kept((name: GlyphName) => (
  <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={drawings[name]} />
  </svg>
))
