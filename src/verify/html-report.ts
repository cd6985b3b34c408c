import { html, markup, type Html } from '../event/html.js';
import { FINDINGS } from './findings.js';
import { STYLE } from './html-style.js';
import type { ChainReport, Finding, FoundCode, Report } from './report.js';

/** What was run, for whoever reads the page later. */
export interface Ran {
  /** Of this package. */
  readonly version: string;
  readonly seconds: number;
  /** Options as they were given; never a URL, which may hold a password. */
  readonly options: readonly string[];
}

const CHAINS_SHOWN = 200;
/** Of one code. */
const FINDINGS_SHOWN = 50;

/**
 * One page that stands for itself: no script, nothing loaded from elsewhere. It says what the report says, for a person and for a file;
 * its policy forbids a browser all but its own style.
 */
export function htmlReport(report: Report, ran: Ran): string {
  const { verdict, verifiedAt, findingCount, chains } = report;
  const findings = firstOfEach(report.findings);
  const rest = (shown: number, all: number): Html | string =>
    all > shown ? html`<p class="rest">${all - shown} more are not on this page; the report as JSON has more of them.</p>` : ''; // prettier-ignore
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>Audit log: ${verdict}, ${verifiedAt}</title>
        <style>
          ${STYLE_MARKUP}
        </style>
      </head>
      <body>
        <header>
          <h1>Verification of an audit log</h1>
          <p class="verdict ${verdict.toLowerCase()}">${verdict}</p>
          <p>${sentence(report)}</p>
        </header>
        <section>
          <h2>What was verified</h2>
          ${facts(report)}
        </section>
        <section>
          <h2>Findings</h2>
          ${findingCount === 0 ? html`<p>None.</p>` : codesTable(report)}
          ${findings.length > 0 ? findingsTable(findings) : ''} ${rest(findings.length, findingCount)}
          ${report.notes.map((note) => html`<p class="note">Note: ${note}</p>`)}
        </section>
        <section>
          <h2>What this verdict cannot know</h2>
          <ul>
            ${report.limits.map((limit) => html`<li>${limit}</li>`)}
          </ul>
        </section>
        <section>
          <h2>Chains</h2>
          ${chainsTable(chains.slice(0, CHAINS_SHOWN))} ${rest(CHAINS_SHOWN, chains.length)}
        </section>
        <section>
          <h2>What was run</h2>
          <dl>
            <dt>Program</dt>
            <dd>nestjs-prisma-audit ${ran.version}, verify</dd>
            <dt>Options</dt>
            <dd>${ran.options.length > 0 ? ran.options.join(' ') : 'none'}</dd>
            <dt>Ended</dt>
            <dd>${verifiedAt}, by the clock of the machine that verified</dd>
            <dt>Took</dt>
            <dd>${ran.seconds.toFixed(1)} s</dd>
            <dt>Form of the report</dt>
            <dd>${report.schema}</dd>
          </dl>
        </section>
      </body>
    </html> `.toString();
}

const STYLE_MARKUP = markup(STYLE);

const SENTENCES: Readonly<Record<Report['verdict'], string>> = {
  VERIFIED: 'Everything that was looked at agrees, with itself and with the policy and the pins where such were given.',
  TAMPERED: 'There is at least one finding that no honest run of the software leaves.',
  INCOMPLETE: 'Nothing contradicts, but something is not there yet, was not looked at, or cannot be judged.',
  UNVERIFIABLE: 'There is no entry: nothing was verified.',
};

const LEVEL_SAYS: Readonly<Record<Report['level'], string>> = {
  L0: 'the log agrees with itself',
  L1: 'a key outside of the database signed it',
  L2: 'anchors outside of the database have what was signed',
  L3: 'anchors have what was signed, and it goes on from what this auditor saw himself',
};

const sentence = ({ verdict }: Report): string => SENTENCES[verdict];

function firstOfEach(findings: readonly Finding[]): readonly Finding[] {
  const shown = new Map<string, number>();
  return findings.filter(({ code }) => {
    const before = shown.get(code) ?? 0;
    shown.set(code, before + 1);
    return before < FINDINGS_SHOWN;
  });
}

function facts({ level, mode, entries, since, chains, trusted, coverage }: Report): Html {
  const { pins, evidence } = coverage;
  const rows: readonly (readonly [string, string])[] = [
    ['Level', `${level}: ${LEVEL_SAYS[level]}${pins.compared > 0 ? ', and was compared with pins' : ''}`],
    ...(trusted === undefined
      ? []
      : [
          ['Trusted keys', listed(trusted.keys)] as const,
          ['Anchors asked', `${listed(trusted.anchors)}; ${trusted.quorum} must agree`] as const,
          ['Restores accepted', listed(trusted.restores)] as const,
        ]),
    ...(evidence === undefined
      ? []
      : [
          ['Signed', `${evidence.signed.entries} entries, by a key of the policy`] as const,
          ['Anchored', `${evidence.anchored.entries} entries, in ${evidence.anchored.anchors} anchors${evidence.anchored.at === undefined ? '' : `, up to ${evidence.anchored.at}`}`] as const, // prettier-ignore
          ['Covered by no anchor', `${evidence.tail} entries`] as const,
        ]),
    ['Looked at', mode === 'full' ? 'headers, content, and what entries were derived from' : 'headers alone'],
    ['Entries', `${entries} in ${chains.length} chains`],
    ...(since === undefined
      ? []
      : [['Taken on trust', `${since.entries} entries of ${since.chains} chains, verified on ${since.verifiedAt}`] as const]), // prettier-ignore
    ['Sealed', coverage.to === undefined ? 'never' : `${coverage.from ?? 'nothing new'} to ${coverage.to}`],
    ['Sections', `${coverage.sections} compared with their commitments`],
    ['Pins', pins.compared === 0 ? 'none compared' : `${pins.agreed} of ${pins.compared} agree; ${pins.chainsWithout} chains have none`], // prettier-ignore
  ];
  return html`<dl>
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

function codesTable({ codes }: Report): Html {
  const row = ([code, { count, kind, class: of, means, todo }]: [string, FoundCode]): Html =>
    html`<tr class="${kind}"><td><code>${code}</code></td><td class="word">${of}</td><td class="count">${count}</td><td>${means}</td><td>${todo}</td></tr>`; // prettier-ignore
  return html`<table>
    <thead>
      <tr>
        <th>code</th>
        <th>class</th>
        <th class="count">how often</th>
        <th>means</th>
        <th>what to do</th>
      </tr>
    </thead>
    <tbody>
      ${Object.entries(codes).map((each) => row(each))}
    </tbody>
  </table>`;
}

function findingsTable(findings: readonly Finding[]): Html {
  const row = ({ code, origin, chain, seq, id, message }: Finding): Html =>
    html`<tr class="${FINDINGS[code].kind}"><td><code>${code}</code></td><td>${origin ?? chain}</td><td class="count">${seq}</td><td>${message}${id === undefined ? '' : html`<br><small>${id}</small>`}</td></tr>`; // prettier-ignore
  return html`<table>
    <thead>
      <tr>
        <th>code</th>
        <th>chain</th>
        <th class="count">entry</th>
        <th>what was found</th>
      </tr>
    </thead>
    <tbody>
      ${findings.map((each) => row(each))}
    </tbody>
  </table>`;
}

function chainsTable(chains: readonly ChainReport[]): Html {
  const row = ({ origin, tenant, entries, trusted, root, findings, pinnedSize }: ChainReport): Html =>
    html`<tr><td>${origin}</td><td>${tenant}</td><td class="count">${entries}</td><td class="count">${trusted}</td><td class="count">${pinnedSize}</td><td class="count">${findings}</td><td><code>${root}</code></td></tr>`; // prettier-ignore
  return html`<table>
    <thead>
      <tr>
        <th>chain</th>
        <th>tenant</th>
        <th class="count">entries</th>
        <th class="count">on trust</th>
        <th class="count">pinned</th>
        <th class="count">findings</th>
        <th>tree hash</th>
      </tr>
    </thead>
    <tbody>
      ${chains.map((each) => row(each))}
    </tbody>
  </table>`;
}
