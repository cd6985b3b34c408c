import { FINDINGS, type Finding, type Report } from '../verify/index.js';
import { line, paint, print, type Printable, type Text } from './terminal.js';

const COLOURS = { VERIFIED: paint.green, TAMPERED: paint.red, INCOMPLETE: paint.yellow, UNVERIFIABLE: paint.yellow };
const SHOWN = 50;

/** The report for a person. The verdict comes first; what it cannot know comes with it. */
export function printReport(report: Report, write: (text: Printable) => void = print): void {
  const { verdict, level, mode, entries, since, chains, coverage, findings, findingCount, notes } = report;
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
  const explained = new Set<string>();
  for (const finding of findings.slice(0, SHOWN)) {
    write(describe(finding));
    if (explained.has(finding.code)) continue;
    explained.add(finding.code);
    const { means, todo } = FINDINGS[finding.code];
    write(paint.dim(line`    ${means}; ${todo}`));
  }
  if (findingCount > SHOWN)
    write(
      line`… and ${findingCount - Math.min(SHOWN, findings.length)} findings more (--json has the first ${findings.length})`,
    );
  for (const note of notes) write(paint.yellow(line`note: ${note}`));
  for (const limit of report.limits) write(paint.dim(line`- ${limit}`));
}

function describe(finding: Finding): Text {
  const where = finding.origin ?? (finding.chain === undefined ? '' : `chain ${finding.chain}`);
  const entry = finding.seq === undefined ? '' : ` seq ${finding.seq}`;
  const id = finding.id === undefined ? '' : paint.dim(line` (${finding.id})`);
  const colour = FINDINGS[finding.code].kind === 'tampered' ? paint.red : paint.yellow;
  return line`${colour(finding.code)} ${where}${entry}${id}: ${finding.message}`;
}
