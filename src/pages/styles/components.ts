/** Order summary, fields, buttons, notices, receipts and tables. */
export const components = `
@layer components {
  .merchant { font-size: 1rem; font-weight: 600; }
  .total { margin-top: .5rem; font-size: .875rem; color: var(--slab-soft); }
  .amount { font-size: 2.125rem; line-height: 1.15; font-weight: 680; letter-spacing: -.02em; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
  .amount.long { font-size: 1.5rem; }
  .facts { margin-top: .75rem; padding-top: .75rem; border-top: 1px solid var(--slab-line); display: grid; grid-template-columns: auto 1fr; gap: .3125rem 1rem; font-size: .875rem; align-items: baseline; }
  .facts div { display: contents; }
  .facts dt { color: var(--slab-soft); }
  .facts dd { overflow-wrap: anywhere; font-weight: 550; }
  .facts [data-soon] { color: var(--slab-focus); }
  .back { background: var(--surface); padding: 0 1rem 1rem; font-size: .9375rem; }
  .back a { display: inline-flex; gap: .5rem; align-items: center; min-height: 2.75rem; }
  .back svg { flex: none; width: 1.125rem; height: 1.125rem; }
  .slab .back { background: none; padding: 0; margin-top: 1rem; }
  .watermark { display: none; }

  .lead { margin-top: .5rem; color: var(--soft); }
  .stack > * + * { margin-top: 1.25rem; }
  .methods { margin-top: 1.25rem; }
  .methods li { display: flex; gap: .875rem; align-items: center; border: 2px solid var(--brand); background: var(--tint); border-radius: 6px; padding: .75rem .875rem; }
  .methods strong { display: block; font-weight: 620; }
  .methods .soft { font-size: .8125rem; line-height: 1.35; display: block; }
  .methods svg { flex: none; width: 2rem; height: 2rem; }

  form { margin-top: 1.5rem; }
  .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 1.125rem .875rem; align-items: start; }
  .field { min-width: 0; }
  .field.full { grid-column: 1 / -1; }
  label { display: block; font-weight: 600; font-size: .9375rem; margin-bottom: .3125rem; }
  .box { position: relative; }
  input:not([type=hidden]), select, textarea { width: 100%; min-height: 3rem; padding: .5rem .75rem; font-size: 1.0625rem; background: var(--surface); border: 1px solid var(--edge); border-radius: 6px; }
  input:hover, select:hover, textarea:hover { border-color: var(--ink); }
  select, textarea { font: inherit; font-size: 1.0625rem; color: inherit; }
  textarea { min-height: 8rem; font-family: var(--mono); font-size: .9375rem; }
  input:focus-visible, select:focus-visible, textarea:focus-visible { outline: 3px solid var(--focus); outline-offset: 0; border-color: var(--focus); }
  input[aria-invalid], select[aria-invalid], textarea[aria-invalid] { border-color: var(--bad); box-shadow: inset 0 0 0 1px var(--bad); }
  input::placeholder { color: var(--soft); opacity: 1; }
  .numeric { font-variant-numeric: tabular-nums; letter-spacing: .01em; }
  .box.with-brand input { padding-right: 3.25rem; }
  .box.with-brand svg { position: absolute; right: .75rem; top: .75rem; width: 1.5rem; height: 1.5rem; pointer-events: none; }
  .label-row { display: flex; justify-content: space-between; gap: .75rem; align-items: baseline; }
  .brand { font-size: .8125rem; font-weight: 620; color: var(--brand); }
  .check { display: flex; gap: .75rem; align-items: flex-start; margin-top: 1.25rem; }
  .check input:not([type=hidden]) { flex: none; width: 1.5rem; min-height: 0; height: 1.5rem; margin: 0; accent-color: var(--brand); }
  .check label { margin: 0; line-height: 1.5rem; overflow-wrap: anywhere; }
  form > .notice.keeping { margin: 1.25rem 0 0; }
  .hint, .error { font-size: .8125rem; line-height: 1.4; margin-top: .3125rem; }
  .hint { color: var(--soft); }
  .error { color: var(--bad); font-weight: 550; display: flex; gap: .375rem; }
  .error svg { flex: none; width: 1rem; height: 1rem; margin-top: .0625rem; }
  .glyph { fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }

  .button { display: inline-flex; width: 100%; min-height: 3.25rem; align-items: center; justify-content: center; gap: .625rem; padding: .625rem 1.25rem; border: 2px solid transparent; border-radius: 6px; background: var(--brand); color: var(--on-brand); font-size: 1.0625rem; font-weight: 650; text-align: center; text-decoration: none; cursor: pointer; overflow-wrap: anywhere; }
  .button:hover { background: var(--brand-strong); color: var(--on-brand); }
  .button svg { flex: none; width: 1.125rem; height: 1.125rem; }
  .button.quiet { background: transparent; color: var(--brand); border-color: var(--edge); }
  .button.quiet:hover { border-color: var(--brand-strong); color: var(--brand-strong); background: var(--tint); }
  .button[aria-disabled] { cursor: progress; opacity: .85; }
  .button[aria-disabled] svg { display: none; }
  .button[aria-disabled]::before { content: ""; width: 1.125rem; height: 1.125rem; border: 2.5px solid currentColor; border-right-color: transparent; border-radius: 50%; animation: turn .8s linear infinite; }
  .button.full { grid-column: 1 / -1; }
  .small { width: auto; min-height: 2.25rem; padding: .25rem .75rem; font-size: .875rem; font-weight: 600; border-width: 1px; }
  .actions { margin-top: 1.5rem; display: grid; gap: .75rem; }
  .assurance { display: flex; gap: .5rem; margin-top: 1rem; font-size: .8125rem; line-height: 1.45; color: var(--soft); }
  .assurance svg { flex: none; width: 1rem; height: 1rem; margin-top: .125rem; }

  .notice { border-left: 4px solid var(--brand); background: var(--tint); padding: .75rem 1rem; border-radius: 0 6px 6px 0; margin-top: 1.25rem; font-size: .9375rem; }
  .notice:first-child { margin-top: 0; }
  form > .notice { margin: 0 0 1rem; }
  .notice + h1, .notice + .methods-head { margin-top: 1.5rem; }
  .notice > * + * { margin-top: .25rem; }
  .notice.bad { border-color: var(--bad); background: var(--bad-tint); }
  .notice.bad h2, .notice.bad a { color: var(--bad); }
  .notice a { display: inline-block; padding: .125rem 0; font-weight: 600; }
  .notice .money { font-weight: 620; }
  .money-line { display: flex; gap: .5rem; align-items: flex-start; margin-top: 1.25rem; padding: .75rem .875rem; background: var(--tint); border-radius: 6px; font-weight: 600; font-size: .9375rem; }
  .money-line + .lead { margin-top: 1rem; }
  .money-line svg { flex: none; width: 1.25rem; height: 1.25rem; margin-top: .125rem; color: var(--brand); }

  .sign { width: 6rem; height: 4rem; display: block; margin: 0 0 1.25rem -1rem; fill: var(--brand); }
  .sign .tick, .sign .bar { fill: none; stroke: var(--good); stroke-width: 3.25; stroke-linecap: round; stroke-linejoin: round; }
  .sign-open .leaf-left { transform: translateX(-8px); }
  .sign-open .leaf-right { transform: translateX(8px); }
  .sign-shut { fill: var(--edge); }
  .sign-shut .leaf-left { transform: translateX(1.6px); }
  .sign-shut .leaf-right { transform: translateX(-1.6px); }
  .sign-shut .bar { stroke: var(--surface); stroke-width: 2; }
  .sign-waiting .leaf-left { animation: part-left 1.8s cubic-bezier(.6,0,.3,1) infinite alternate; }
  .sign-waiting .leaf-right { animation: part-right 1.8s cubic-bezier(.6,0,.3,1) infinite alternate; }
  .frame { position: absolute; width: 1px; height: 1px; border: 0; opacity: 0; pointer-events: none; }

  .receipt { margin-top: 1.25rem; border-top: 1px solid var(--line); }
  .receipt div { display: grid; grid-template-columns: minmax(7rem, 2fr) 3fr; gap: .75rem; padding: .625rem 0; border-bottom: 1px solid var(--line); align-items: baseline; font-size: .9375rem; }
  .receipt dt { color: var(--soft); }
  .receipt dd { font-weight: 580; overflow-wrap: anywhere; text-align: right; }
  .receipt dd .button { margin-left: .5rem; vertical-align: baseline; }
  .returning { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; justify-content: space-between; margin-top: 1.25rem; color: var(--soft); font-size: .9375rem; }

  input.otp { font-size: 1.5rem; letter-spacing: .35em; font-family: var(--mono); text-align: center; }
  .sheet .back { padding: 0; margin-top: 1.5rem; }
  .sheet h2 { margin-top: 2.25rem; }
  .scroll { overflow-x: auto; margin-top: 1rem; }
  table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
  th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
  th { font-size: .8125rem; color: var(--soft); font-weight: 600; }
  td code { white-space: nowrap; }
  code, pre { font-family: var(--mono); font-size: .9375em; }
  pre { margin-top: .75rem; padding: 1rem; background: var(--slab); color: var(--slab-ink); border-radius: 6px; overflow-x: auto; font-size: .8125rem; line-height: 1.6; }
  pre:focus-visible { outline-offset: 2px; }
  .row-start { display: flex; margin-top: .875rem; }
  .row-many { flex-wrap: wrap; gap: .75rem; }
  .bank-mark svg { width: 100%; height: 100%; display: block; color: var(--brand); }
  .row-tools { display: flex; justify-content: flex-end; margin-top: .625rem; }

  @keyframes turn { to { transform: rotate(1turn); } }
  @keyframes part-left { from { transform: translateX(1.6px); } to { transform: translateX(-5px); } }
  @keyframes part-right { from { transform: translateX(-1.6px); } to { transform: translateX(5px); } }
  @media (min-width: 40rem) {
    .actions.pair { grid-template-columns: 1fr 1fr; }
    .back { padding: 0 2rem 1.5rem; }
  }
  @media (max-width: 39.99rem) {
    .sheet .receipt div { grid-template-columns: 1fr; gap: .25rem; }
    .sheet .receipt dd { display: flex; justify-content: space-between; align-items: center; text-align: left; }
    table.cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    table.cards tr { display: grid; grid-template-columns: 1fr auto; gap: .125rem .75rem; padding: .75rem 0; border-bottom: 1px solid var(--line); align-items: center; }
    table.cards td { border: 0; padding: 0; }
    table.cards .tail { grid-column: 1 / -1; }
  }
  @media (min-width: 56rem) {
    .amount { font-size: 2.75rem; }
    .amount.long { font-size: 1.75rem; }
    .total { margin-top: 2rem; }
    .facts { margin-top: 1.75rem; padding-top: 1.25rem; gap: .75rem; font-size: .9375rem; }
    .gate > .back { grid-area: summary; align-self: end; justify-self: start; z-index: 1; background: none; padding: 0 2.5rem 2rem; }
    .gate > .back a { color: var(--slab-ink); }
    .gate > .back a:focus-visible { outline-color: var(--slab-focus); }
    .facts { padding-bottom: 3.5rem; }
    .watermark { display: block; position: absolute; z-index: -1; width: 19rem; height: 19rem; right: -3.5rem; bottom: -3.5rem; fill: var(--slab-mark); }
    h1 { font-size: 1.625rem; }
  }
}
@layer modes {
  @media (prefers-reduced-motion: reduce) {
    *, ::before, ::after { animation: none !important; transition: none !important; }
    .button[aria-disabled]::before { border-right-color: currentColor; border-style: dotted; }
  }
  @media (forced-colors: active) {
    .slab, .summary { clip-path: none !important; border: 1px solid; }
    .mark, .sign { fill: CanvasText; }
    .button { border-color: ButtonText; }
  }
  @media print {
    :root { --ground: #fff; --surface: #fff; --ink: #000; --soft: #333; --slab: #fff; --slab-ink: #000; --slab-soft: #333; --slab-line: #ccc; --line: #ccc; }
    .head a, .strip a, .actions, .returning, .watermark, .button, .back, .assurance { display: none !important; }
    .slab, .summary { clip-path: none !important; padding: 1rem 0 !important; }
    .gate { display: block !important; }
  }
}`
