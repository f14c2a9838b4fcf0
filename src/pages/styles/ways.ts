/** Ways to pay other than cards: the picker, what is typed in or scanned elsewhere, how it is done. */
export const ways = `
@layer components {
  .picks { margin-top: 1rem; display: grid; gap: .625rem; }
  .picks form { margin: 0; }
  .picks-head { margin-top: 1.5rem; }
  .picks-head + .picks { margin-top: .625rem; }
  .pick { display: flex; width: 100%; min-height: 3.25rem; gap: .875rem; align-items: center; padding: .625rem .875rem; border: 1px solid var(--edge); border-radius: 6px; background: var(--surface); text-align: left; cursor: pointer; }
  .pick:hover { border-color: var(--brand); background: var(--tint); }
  .pick > span { flex: 1; min-width: 0; overflow-wrap: anywhere; }
  .pick strong { display: block; font-weight: 620; line-height: 1.35; }
  .pick .soft { display: block; font-size: .8125rem; line-height: 1.35; margin-top: .125rem; }
  .pick svg { flex: none; width: 1.75rem; height: 1.75rem; color: var(--brand); }
  .pick svg:last-child, .steps summary svg { width: 1.25rem; height: 1.25rem; color: var(--soft); }
  .pick[aria-disabled] { cursor: progress; opacity: .85; }
  summary { list-style: none; cursor: pointer; }
  summary::-webkit-details-marker { display: none; }
  [open] > summary > svg:last-child { transform: rotate(180deg); }
  .pick-group[open] > .pick { border-color: var(--brand); background: var(--tint); }
  .pick-group > .picks { margin: .5rem 0 .375rem .875rem; padding-left: .75rem; border-left: 2px solid var(--line); gap: .5rem; }
  .picks .ask { margin: .75rem .125rem .5rem; }
  .ask .actions { margin-top: 1rem; }
  .other-way { margin-top: .25rem; font-size: .9375rem; }
  .other-way a { display: inline-flex; align-items: center; min-height: 2.75rem; }

  .pay-box { margin-top: 1.25rem; border: 1px solid var(--line); border-radius: 6px; }
  .pay-box > div { padding: .75rem 1rem; }
  .pay-box > div + div { border-top: 1px solid var(--line); }
  .pay-box dt { font-size: .8125rem; color: var(--soft); }
  .pay-box .plain { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
  .pay-box .plain dd { font-weight: 600; text-align: right; overflow-wrap: anywhere; }
  .typed dd:not(.hint) { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; justify-content: space-between; }
  .typed .value { font-size: clamp(1.125rem, 5.6vw, 1.375rem); line-height: 1.3; font-weight: 680; letter-spacing: .01em; user-select: all; overflow-wrap: anywhere; min-width: 0; }
  .typed .group { display: inline-block; margin-right: .35em; }
  .small-print { font-size: .875rem; }
  .money-line + .small-print { margin-top: .5rem; }
  .pay-box + .steps { margin-top: .5rem; }
  h2.how { margin-top: 1.75rem; }
  .steps { border-bottom: 1px solid var(--line); }
  .steps summary { display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-height: 2.875rem; padding: .5rem 0; font-weight: 600; font-size: .9375rem; }
  .steps summary:hover { color: var(--brand); }
  .steps summary svg { flex: none; }
  .steps ol { list-style: decimal; padding: 0 0 1rem 1.375rem; font-size: .9375rem; overflow-wrap: anywhere; }
  .steps li + li { margin-top: .375rem; }
  .steps li::marker { color: var(--soft); font-variant-numeric: tabular-nums; }
  .payload p { padding-bottom: .75rem; }
  .payload code { font-size: .8125rem; }
  form.change { margin-top: .75rem; }
  .change .hint { text-align: center; }
  .qr { margin-top: 1.25rem; text-align: center; }
  .qr img { display: block; box-sizing: content-box; width: 16rem; height: 16rem; max-width: 100%; margin: 0 auto; padding: .75rem; background: #fff; border: 1px solid var(--line); border-radius: 6px; image-rendering: pixelated; object-fit: contain; }
  .save { margin-top: .75rem; }
  @media (min-width: 40rem) {
    .save { max-width: 17.625rem; margin-inline: auto; }
    .typed .value { font-size: 1.5rem; }
  }
}
@layer modes {
  @media print {
    .save, .small-print a, form.change, .payload { display: none !important; }
    .steps summary svg { display: none; }
    .qr img { border: 0; }
  }
}`
