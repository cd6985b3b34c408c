import { html, markup, shownText, type Html } from '../event/html.js';
import type { ListedFile } from './line-file.js';
import { day, type PackageOf } from './package-name.js';

/** An entry of the sample, as `sample.csv` has it: what cannot be seen is written out there. */
export interface DrawnEntry {
  readonly id: string;
  readonly seq: string;
  readonly occurredAt: string;
  readonly action: string;
  readonly outcome: string;
  readonly resource: string;
  /** Folder of the package that proves it; absent: no signed checkpoint covers it. */
  readonly proof?: string | undefined;
}

export interface PackagePage extends PackageOf {
  /** Lines of the export's sheet, in which what cannot be seen is written out. */
  readonly sheet: readonly (readonly [name: string, value: string])[];
  readonly files: readonly ListedFile[];
  /** Of the manifest. */
  readonly sha256: string;
  /** Absent: none was drawn. */
  readonly sample?: readonly DrawnEntry[] | undefined;
  /** Folders that `verify.py proof` checks. */
  readonly proofs: readonly string[];
  readonly producedBy: string;
}

const STYLE = `
body { margin: 0 auto; max-width: 70rem; padding: 2rem 1.5rem 4rem; color: #1b1f24; background: #fff; font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { margin-top: 2rem; font-size: 1.1rem; }
table { width: 100%; border-collapse: collapse; font-size: .87rem; }
th { text-align: left; } th, td { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #d0d7de; vertical-align: top; overflow-wrap: anywhere; }
th[scope=row] { white-space: nowrap; font-weight: 600; }
pre { background: #f6f8fa; padding: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
@page { margin: 15mm; } @media print { body { max-width: none; padding: 0; font-size: 10pt; } tr { break-inside: avoid; } thead { display: table-header-group; } }
`;

/** What to run in the unpacked folder. The key comes from somewhere else than the package: what it says itself proves nothing. */
export function commands({ proofs, producedBy }: Pick<PackagePage, 'proofs' | 'producedBy'>): readonly string[] {
  return [
    'sha256sum -c SHA256SUMS',
    `npx ${producedBy.replace(' ', '@')} verify-export export --vkey "$VKEY"`,
    ...(proofs.length === 0 ? [] : [`for proof in ${patterns(proofs).join(' ')}; do python3 verify.py proof "$proof" --vkey "$VKEY" || echo "$proof: NOT PROVED"; done`]), // prettier-ignore
  ];
}

const patterns = (proofs: readonly string[]): readonly string[] => [...new Set(proofs.map((path) => path.replace(/^proofs\/.*/, 'proofs/*')))]; // prettier-ignore

const title = ({ control, from, to }: PackageOf): string =>
  `${control === undefined ? 'Audit log' : `Control ${control}`}, ${day(from)} to before ${day(to)}`;

/** Stands for itself: no script, nothing loaded from elsewhere, and a policy that forbids a browser all but its style. */
export function packagePage(page: PackagePage): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="referrer" content="no-referrer" />
        <title>${title(page)}, ${page.origin}</title>
        <style>
          ${markup(STYLE)}
        </style>
      </head>
      <body>
        <h1>${title(page)}</h1>
        <p>Entries of the audit log ${page.origin}. This page is for reading; what is so is what the commands below say, with a key that did not come with this package.</p>
        <h2>How the listing was made</h2>
        <table>
          <tbody>
            ${page.sheet.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${shownText(value)}</td></tr>`)}
          </tbody>
        </table>
        <h2>Sample</h2>
        ${sampleTable(page.sample)}
        <h2>Files of the export</h2>
        <table>
          <thead><tr><th>file</th><th>bytes</th><th>rows</th><th>SHA-256</th></tr></thead>
          <tbody>
            ${page.files.map(({ name, bytes, rows, sha256 }) => html`<tr><td>export/${name}</td><td>${bytes}</td><td>${rows ?? ''}</td><td>${sha256}</td></tr>`)}
            <tr><td>export/manifest.json</td><td></td><td></td><td>${page.sha256}</td></tr>
          </tbody>
        </table>
        <h2>How to check it</h2>
        <pre>${commands(page).map((command) => html`${command}${markup('\n')}`)}</pre>
      </body>
    </html> `.toString(); // prettier-ignore
}

function sampleTable(sample: readonly DrawnEntry[] | undefined): Html {
  if (sample === undefined) return html`<p>None was drawn (--sample).</p>`;
  return html`<table>
    <thead><tr><th>drawn</th><th>entry</th><th>occurred</th><th>action</th><th>outcome</th><th>resource</th><th>proof</th></tr></thead>
    <tbody>
      ${sample.map((entry, at) => html`<tr><td>${at + 1}</td><td>${shownText(`${entry.seq}, ${entry.id}`)}</td><td>${shownText(entry.occurredAt)}</td><td>${shownText(entry.action)}</td><td>${shownText(entry.outcome)}</td><td>${shownText(entry.resource)}</td><td>${entry.proof ?? 'no signed checkpoint covers it yet'}</td></tr>`)}
    </tbody>
  </table>`; // prettier-ignore
}

/** The same for whoever unpacks it in a terminal. */
export function packageReadme(page: PackagePage): string {
  const proven = page.sample?.filter(({ proof }) => proof !== undefined).length;
  return `# ${title(page)}

Entries of the audit log ${page.origin}: \`index.html\` says what is here and how it was made.

- \`export/\`: the listing, its manifest and its sheet${page.sample === undefined ? '' : ', the sample in `export/sample.csv`'}
${proven === undefined ? '' : `- \`proofs/\`: ${proven} of ${page.sample?.length} entries of the sample, each with what proves it; each folder's README.md says how to check it by hand\n`}- \`verify.py\`: checks such a folder; it needs nothing but Python 3.9
- \`SHA256SUMS\`: of every file

VKEY is the key of the log's registry. Take it from somewhere else than this package, and \`verify.py\` from the published npm package.

\`\`\`sh
VKEY=…
${commands(page).join('\n')}
\`\`\`

Exit codes: 0 verified, 1 tampered, 2 could not run, 3 incomplete.
`;
}
