import { base } from './styles/base.ts'
import { components } from './styles/components.ts'
import { layout } from './styles/layout.ts'
import { tokens } from './styles/tokens.ts'
import { ways } from './styles/ways.ts'

/** The one stylesheet of every page, in cascade layers, without indentation. Its hash is in the CSP. */
export const stylesheet = `@layer tokens, base, layout, components, modes;${tokens}${base}${layout}${components}${ways}`
  .replace(/\s*\n\s*/g, '')
  .replace(/\s*([{};,])\s*/g, '$1')
  .replace(/: /g, ':')
