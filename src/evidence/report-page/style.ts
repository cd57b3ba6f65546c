// The one style of the page: for screens and for paper, with nothing from elsewhere.
export const STYLE = `
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2733; background: #fff; margin: 0 auto; max-width: 1060px; padding: 24px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 32px 0 8px; } h3 { font-size: 15px; margin: 18px 0 4px; }
p { margin: 6px 0; } code { font: 12.5px ui-monospace, monospace; overflow-wrap: anywhere; }
.verdict { border-left: 8px solid; padding: 10px 16px; margin: 16px 0; background: #f4f6f8; }
.verdict strong { font-size: 18px; }
.verdict.passed { border-color: #1e7e45; } .verdict.failed { border-color: #b3261e; } .verdict.inconclusive { border-color: #9a6700; }
td.passed, td.failed, td.inconclusive { font-weight: 600; white-space: nowrap; }
td.passed { color: #1e7e45; } td.failed { color: #b3261e; } td.inconclusive { color: #9a6700; }
.wide { overflow-x: auto; } .wide table { min-width: 660px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; vertical-align: top; padding: 4px 8px 4px 0; border-bottom: 1px solid #dde3e9; overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; } td.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.note { font-size: 12px; color: #45525f; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 8px 0; } dt { color: #45525f; } dd { margin: 0; }
.charts { display: flex; flex-wrap: wrap; gap: 8px; } svg { max-width: 100%; height: auto; }
.axis { fill: none; stroke: #45525f; } .grid { fill: none; stroke: #dde3e9; } .border { fill: none; stroke: #45525f; stroke-dasharray: 2 4; }
.tick, .phase { font-size: 10.5px; fill: #45525f; } .name { font-size: 11.5px; fill: #1c2733; }
.line, circle { fill: none; stroke-width: 2; } .forget, .after { stroke: #b3261e; } .holdout { stroke: #1f5fa8; stroke-dasharray: 6 3; }
.retain, .before { stroke: #6b7784; stroke-dasharray: 2 3; }
.legend { font-size: 12.5px; } .legend span { margin-right: 18px; white-space: nowrap; }
.limits li { margin: 2px 0; } footer { margin-top: 32px; font-size: 12.5px; color: #45525f; }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } .wide { overflow: visible; } .wide table { min-width: 0; } h2, h3 { break-after: avoid; } tr, svg, .verdict { break-inside: avoid; } }
`;
