/** Of the report as a page. Colours are never the only sign; on paper there are none but ink. */
export const STYLE = `
:root { color-scheme: light; --ink: #1b1f24; --dim: #57606a; --line: #d0d7de; --bad: #b3261e; --wait: #8a5a00; --good: #1a7f37; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 74rem; padding: 2rem 1.5rem 4rem; color: var(--ink); background: #fff; font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 2.2rem 0 .6rem; font-size: 1.1rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
.verdict { display: inline-block; margin: .8rem 0 0; padding: .2rem .9rem; border: 2px solid; border-radius: .3rem; font-size: 1.4rem; font-weight: 700; letter-spacing: .04em; }
.verdict.verified { color: var(--good); }
.verdict.tampered { color: var(--bad); }
.verdict.incomplete, .verdict.unverifiable { color: var(--wait); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; margin: 0; }
dt { color: var(--dim); }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin: .4rem 0 1.2rem; font-size: .87rem; color: var(--ink); }
th { text-align: left; color: var(--dim); font-weight: 600; }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td:first-child, .word { white-space: nowrap; }
tr.tampered code { color: var(--bad); }
tr.incomplete code { color: var(--wait); }
td.count, th.count { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: .92em ui-monospace, monospace; }
small, .rest { color: var(--dim); }
.note { border-left: 3px solid var(--wait); padding-left: .8rem; }
@page { margin: 15mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2 { break-after: avoid; }
  tr, li { break-inside: avoid; }
  thead { display: table-header-group; }
}
`;
