import { FINDINGS, type Finding, type Report } from '../verify/index.js';
import { line, paint, print, type Printable, type Text } from './terminal.js';

const COLOURS = { VERIFIED: paint.green, TAMPERED: paint.red, INCOMPLETE: paint.yellow, UNVERIFIABLE: paint.yellow };
/** Of one code: a thousand of one must not hide the one of another. */
const SHOWN = 10;

/** The report for a person. The verdict comes first; what it cannot know comes with it. */
export function printReport(report: Report, write: (text: Printable) => void = print): void {
  const { verdict, level, mode, entries, since, chains, coverage, findings, notes } = report;
  const headers = mode === 'headers' ? ', headers alone' : '';
  write(
    line`${paint.bold(COLOURS[verdict](verdict))}  ${entries} entries in ${chains.length} chains, level ${level}${headers}`,
  );
  if (since !== undefined)
    write(line`${since.entries} of them were verified on ${since.verifiedAt}, and not read again`);
  if (coverage.from !== undefined)
    write(
      line`sealed from ${coverage.from} to ${coverage.to ?? ''}; ${coverage.sections} sections compared with their commitments`,
    );
  if (coverage.evidence !== undefined) {
    const { signed, anchored, tail } = coverage.evidence;
    write(
      line`signed: ${signed.entries} entries; in ${anchored.anchors} anchors: ${anchored.entries}${anchored.at === undefined ? '' : line`, up to ${anchored.at}`}; in none: ${tail}`,
    );
  }
  if (coverage.pins.compared > 0) {
    write(
      line`pins: ${coverage.pins.agreed} of ${coverage.pins.compared} agree; ${coverage.pins.chainsWithout} chains have none`,
    );
  }
  const shown = new Map<string, number>();
  for (const finding of findings) {
    const before = shown.get(finding.code) ?? 0;
    shown.set(finding.code, before + 1);
    if (before >= SHOWN) continue;
    write(describe(finding));
    if (before > 0) continue;
    const { means, todo } = FINDINGS[finding.code];
    write(paint.dim(line`    ${means}; ${todo}`));
  }
  for (const [code, { count }] of Object.entries(report.codes)) {
    const more = count - Math.min(SHOWN, shown.get(code) ?? 0);
    if (more > 0) write(line`… and ${more} ${code} more (--json has the first ${findings.length} findings of all)`);
  }
  for (const note of notes) write(paint.yellow(line`note: ${note}`));
  for (const limit of report.limits) write(paint.dim(line`- ${limit}`));
}

function describe(finding: Finding): Text {
  const where = finding.origin ?? (finding.chain === undefined ? '' : `chain ${finding.chain}`);
  const entry = finding.seq === undefined ? '' : ` seq ${finding.seq}`;
  const id = finding.id === undefined ? '' : paint.dim(line` (${finding.id})`);
  const colour = FINDINGS[finding.code].kind === 'tampered' ? paint.red : paint.yellow;
  return line`${colour(finding.code)}${where && line` ${where}`}${entry}${id}: ${finding.message}`;
}
