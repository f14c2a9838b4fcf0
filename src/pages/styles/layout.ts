/**
 * The frame of a page: strip, head, two slabs, foot. The slabs stand like the two halves of a split gate,
 * flat inside and stepped outside, with the way through between them.
 */
export const layout = `
@layer layout {
  .strip { background: var(--warn-tint); color: var(--warn-ink); font-size: .875rem; padding: .375rem 1rem; text-align: center; }
  .strip a { color: inherit; display: inline-block; padding: .125rem 0; font-weight: 600; }
  .head, .foot { width: 100%; max-width: 61rem; margin: 0 auto; padding: .75rem 1rem; display: flex; align-items: center; justify-content: space-between; gap: 1rem; }
  .head a, .foot a { display: inline-flex; align-items: center; min-height: 1.75rem; }
  .head a { font-size: .9375rem; min-height: 2.75rem; }
  .name { display: inline-flex; align-items: center; gap: .5rem; font-weight: 680; letter-spacing: -.01em; font-size: 1.0625rem; }
  .name .mark { width: 1.625rem; height: 1.625rem; fill: var(--brand); }
  .foot { color: var(--soft); font-size: .8125rem; margin-top: auto; justify-content: center; padding-block: 1.25rem; flex-wrap: wrap; }
  .foot > span { display: inline-flex; align-items: center; gap: .375rem; }
  .foot .name { font-size: inherit; gap: .25rem; font-weight: 620; }
  .foot .name .mark { width: 1rem; height: 1rem; }
  main { width: 100%; max-width: 61rem; margin: 0 auto; }
  .slab { background: var(--surface); padding: 1.5rem 1rem; }
  .gate { display: grid; }
  .summary { background: var(--slab); color: var(--slab-ink); padding: 1.25rem 1rem; position: relative; overflow: hidden; isolation: isolate; }
  .summary a { color: inherit; }
  .summary :focus-visible { outline-color: var(--slab-focus); }
  .single { max-width: 33rem; }
  .wide { max-width: 61rem; }
  @media (min-width: 40rem) {
    .slab, .summary { padding: 2rem; }
    main { padding: 0 1rem; }
    .single .slab, .wide .slab, .slab.work { clip-path: polygon(0 0, calc(100% - 2*var(--step)) 0, calc(100% - 2*var(--step)) var(--step), calc(100% - var(--step)) var(--step), calc(100% - var(--step)) calc(2*var(--step)), 100% calc(2*var(--step)), 100% 100%, 0 100%); }
    .single .slab { clip-path: polygon(0 calc(2*var(--step)), var(--step) calc(2*var(--step)), var(--step) var(--step), calc(2*var(--step)) var(--step), calc(2*var(--step)) 0, calc(100% - 2*var(--step)) 0, calc(100% - 2*var(--step)) var(--step), calc(100% - var(--step)) var(--step), calc(100% - var(--step)) calc(2*var(--step)), 100% calc(2*var(--step)), 100% 100%, 0 100%); }
  }
  [data-skin=bank] .slab { clip-path: none; border-top: 4px solid var(--brand); }
  @media (min-width: 56rem) {
    main { padding-top: 2vh; }
    .gate { grid-template: "summary work" minmax(30rem, auto) / 5fr 6fr; gap: 10px; }
    .summary { grid-area: summary; padding: 2.75rem 2.5rem 2.5rem; display: flex; flex-direction: column; clip-path: polygon(0 calc(2*var(--step)), var(--step) calc(2*var(--step)), var(--step) var(--step), calc(2*var(--step)) var(--step), calc(2*var(--step)) 0, 100% 0, 100% 100%, 0 100%); }
    .work { grid-area: work; padding: 2.75rem 2.75rem 2.5rem; }
    .single .slab { padding: 2.75rem; }
  }
}`
