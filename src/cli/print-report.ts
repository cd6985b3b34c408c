import pc from 'picocolors';
import { FINDINGS, type Finding, type Report } from '../verify/index.js';

const COLOURS = { VERIFIED: pc.green, TAMPERED: pc.red, INCOMPLETE: pc.yellow, UNVERIFIABLE: pc.yellow };
const SHOWN = 50;

/** The report for a person. The verdict comes first; what it cannot know comes with it. */
export function printReport(
  report: Report,
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): void {
  const { verdict, level, entries, chains, coverage, findings, findingCount, notes } = report;
  write(`${pc.bold(COLOURS[verdict](verdict))}  ${entries} entries in ${chains.length} chains, level ${level}`);
  if (coverage.from !== undefined)
    write(
      `sealed from ${coverage.from} to ${coverage.to}; ${coverage.sections} sections compared with their commitments`,
    );
  if (coverage.pins.compared > 0) {
    write(
      `pins: ${coverage.pins.agreed} of ${coverage.pins.compared} agree; ${coverage.pins.chainsWithout} chains have none`,
    );
  }
  for (const finding of findings.slice(0, SHOWN)) write(describe(finding));
  if (findingCount > SHOWN)
    write(
      `… and ${findingCount - Math.min(SHOWN, findings.length)} findings more (--json has the first ${findings.length})`,
    );
  for (const note of notes) write(pc.yellow(`note: ${note}`));
  for (const limit of report.limits) write(pc.dim(`- ${limit}`));
}

function describe(finding: Finding): string {
  const where = finding.origin ?? (finding.chain === undefined ? '' : `chain ${finding.chain}`);
  const entry = finding.seq === undefined ? '' : ` seq ${finding.seq}`;
  const id = finding.id === undefined ? '' : pc.dim(` (${finding.id})`);
  const colour = FINDINGS[finding.code].kind === 'tampered' ? pc.red : pc.yellow;
  return `${colour(finding.code)} ${where}${entry}${id}: ${finding.message}`;
}
