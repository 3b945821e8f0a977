/** No font and no picture is fetched; colours follow the reader's system, and paper is light. */
export const STYLE_SHEET = `
:root { color-scheme: light; --text: #1c1f23; --quiet: #626a73; --line: #dfe3e7; --back: #fff; --accent: #1f6feb; --red: #c62f2f; --amber: #8f5a00; --bar: #9fb4cc; --light: 0.82; --solid: 0.58; }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; --text: #dfe3e8; --quiet: #949ca6; --line: #31363c; --back: #16191d; --accent: #6ea8ff; --red: #ff7b72; --amber: #e0a33e; --bar: #4d617a; --light: 0.42; --solid: 0.7; } }
* { box-sizing: border-box; }
body { margin: 24px auto; max-width: 1008px; padding: 0 24px; background: var(--back); color: var(--text); font: 13px/20px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 16px; line-height: 24px; font-weight: 600; margin: 0; }
h2 { font-size: 13px; font-weight: 600; margin: 32px 0 8px; }
h2 a { font-weight: 400; }
p { margin: 4px 0; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
code, .id { font-family: ui-monospace, monospace; }
.quiet { color: var(--quiet); }
.bad, a.bad { color: var(--red); }
.amber { color: var(--amber); }
.verdict { margin: 8px 0 20px; }
.verdict b { font-weight: 600; }
.numbers { display: grid; grid-template-columns: repeat(4, 1fr); border-block: 1px solid var(--line); margin: 0; }
.numbers div { padding: 12px 0; }
.numbers dt { color: var(--quiet); }
.numbers dd { margin: 0; font-size: 16px; line-height: 24px; font-weight: 600; }
.numbers dd + dd { font-size: 13px; line-height: 20px; font-weight: 400; color: var(--quiet); padding-right: 12px; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
.axis { fill: var(--quiet); font-size: 11px; }
.grid { stroke: var(--line); }
.p50, .p99 { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
.p50 { stroke: var(--quiet); }
.p99 { stroke: var(--accent); }
.max { fill: var(--quiet); opacity: 0.6; }
.max:hover { fill: var(--accent); opacity: 1; }
.error { fill: var(--red); }
.bar { fill: var(--bar); }
.mark { stroke: var(--accent); }
.mark-label { fill: var(--accent); font-size: 11px; paint-order: stroke; stroke: var(--back); stroke-width: 3px; }
.legend { color: var(--quiet); }
.legend i { print-color-adjust: exact; -webkit-print-color-adjust: exact; display: inline-block; width: 16px; height: 0; border-top: 2px solid var(--quiet); vertical-align: 4px; margin-right: 4px; }
.legend .p99 { border-color: var(--accent); }
.legend .dot { width: 5px; height: 5px; border: 0; border-radius: 50%; background: var(--quiet); vertical-align: 2px; }
.legend .box { width: 8px; height: 8px; border: 0; background: var(--red); vertical-align: 0; }
.legend span { margin-right: 16px; }
table { border-collapse: collapse; width: 100%; }
th { font-weight: 400; color: var(--quiet); text-align: left; }
td, th { padding: 0 12px 0 0; white-space: nowrap; }
th { border-bottom: 1px solid var(--line); }
.number { text-align: right; }
.routes td:last-child, .routes th:last-child { width: 14%; padding-right: 0; }
.note td { color: var(--quiet); padding-bottom: 8px; white-space: normal; }
.note a { margin-right: 12px; }
.note a.foreseen { color: var(--quiet); }
.bars { position: relative; height: 20px; }
.bars i { position: absolute; top: 5px; height: 10px; min-width: 1px; background: var(--bar); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.routes .bars i { left: 0; }
.waterfall { table-layout: fixed; }
.waterfall td { overflow: hidden; text-overflow: ellipsis; }
.waterfall .name { width: 34%; padding-left: calc(var(--depth) * 12px); }
.waterfall .service { width: 10%; }
.waterfall .service b { display: inline-block; width: 8px; height: 8px; margin-right: 6px; background: oklch(var(--solid) 0.13 var(--hue)); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.waterfall .number { width: 9%; padding-right: 0; }
.waterfall .span { background: oklch(var(--light) 0.06 var(--hue)); }
.waterfall .solid { background: oklch(var(--solid) 0.13 var(--hue)); }
.waterfall .beside { color: var(--quiet); }
.waterfall .failed .name { color: var(--red); }
dl { margin: 0; }
.settings { color: var(--quiet); font-size: 11px; line-height: 16px; margin-top: 32px; border-top: 1px solid var(--line); padding-top: 8px; }
.settings h2 { font-size: 11px; margin: 0 0 4px; }
.settings dl { columns: 2; }
.settings dl div { display: flex; break-inside: avoid; }
.settings dt { width: 64px; flex: none; }
.settings dd { margin: 0; }
@media print { body { margin: 0; max-width: none; padding: 0; } section { break-inside: avoid; } h2 { break-after: avoid; } a { color: inherit; } }
@page { margin: 14mm; }
`;
