/** The elements themselves, before any component. */
export const base = `
@layer base {
  *, ::before, ::after { box-sizing: border-box; }
  html { font: 100%/1.5 var(--font); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; background: var(--ground); color: var(--ink); }
  body { margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column; -webkit-font-smoothing: antialiased; }
  h1, h2, p, dl, dd, ul, ol, table, pre { margin: 0; }
  ul, ol { padding: 0; list-style: none; }
  h1 { font-size: 1.375rem; line-height: 1.25; font-weight: 650; letter-spacing: -.012em; text-wrap: balance; }
  h2 { font-size: 1rem; line-height: 1.35; font-weight: 650; }
  p { text-wrap: pretty; }
  a { color: var(--brand); text-underline-offset: .2em; text-decoration-thickness: 1px; }
  a:hover { color: var(--brand-strong); text-decoration-thickness: 2px; }
  button, input { font: inherit; color: inherit; }
  [hidden] { display: none !important; }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
  main:focus, h1:focus, [data-focus]:focus { outline: none; }
  .soft { color: var(--soft); }
  .break { overflow-wrap: anywhere; }
  .digits { font-variant-numeric: tabular-nums; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
}`
