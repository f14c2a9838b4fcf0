/**
 * Colours, sizes and type. Every pair of text and ground keeps 4.5:1, every edge that shows a control 3:1
 * (WCAG 1.4.3, 1.4.11), in light and in dark.
 */
export const tokens = `
@layer tokens {
  :root {
    color-scheme: light dark;
    --ground: #eaf0ed; --surface: #fff; --ink: #13211c; --soft: #4c5d56; --line: #d6e0db; --edge: #71837b;
    --brand: #0a5f4c; --brand-strong: #074437; --on-brand: #fff; --tint: #eef6f3;
    --slab: #0b3d33; --slab-ink: #f4f9f7; --slab-soft: #b3cdc4; --slab-line: #2b5b50; --slab-mark: #124a3e;
    --focus: #b4540a; --slab-focus: #ffc46b;
    --good: #0a6b45; --bad: #b3261e; --bad-tint: #fdf1ef; --warn-ink: #5a4200; --warn-tint: #fdf0c8;
    --font: -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
    --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", "Liberation Mono", monospace;
    --step: 14px;
  }
  :root[data-skin=bank] {
    --ground: #e9edf5; --ink: #151b2b; --soft: #4d5770; --line: #d5dbe8; --edge: #707b96;
    --brand: #2a4b9b; --brand-strong: #1d3775; --tint: #eef2fb;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --ground: #0a1411; --surface: #12201b; --ink: #e7f0ec; --soft: #a3b7af; --line: #263832; --edge: #748a81;
      --brand: #5cc9a7; --brand-strong: #86dcc1; --on-brand: #03201a; --tint: #172a24;
      --slab: #0c332b; --slab-line: #28554a; --slab-mark: #103e34; --focus: #ffbe63;
      --good: #69d6a3; --bad: #ff9d93; --bad-tint: #331917; --warn-ink: #ffdf94; --warn-tint: #33290d;
    }
    :root[data-skin=bank] {
      --ground: #0c111d; --surface: #151c2c; --ink: #e8ecf6; --soft: #a7b1c8; --line: #2a3449; --edge: #7a86a3;
      --brand: #93b0ff; --brand-strong: #b5c8ff; --on-brand: #0b1533; --tint: #1a2338;
    }
  }
}`
