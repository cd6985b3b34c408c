import { Command } from 'commander';
import type { Vkey } from '../chain/index.js';
import { vkey } from './prove.js';
import { verifyExport } from '../export/verify-export.js';
import { verifySeries, type SeriesReport } from '../export/verify-series.js';
import type { AskedFor, ExportReport } from '../export/export-report.js';
import { line, paint, print, printJson, written } from './terminal.js';

const EXIT_CODES: Readonly<Record<ExportReport['verdict'], number>> = { VERIFIED: 0, TAMPERED: 1, INCOMPLETE: 3 };
/** Of the findings; `--json` has a thousand. */
const SHOWN = 20;

export function verifyExportCommand(): Command {
  return new Command('verify-export')
    .description(
      'check a directory that export wrote; needs no database. Exit code: 0 verified, 1 altered, 2 could not run, 3 incomplete: the export was not finished, or is not signed by a key that you gave',
    )
    .argument('<dir...>', 'the directory; or those of a series, the oldest first')
    .option(
      '--vkey <vkey>',
      'key of the registry, from somewhere else than the directory; may be given more than once',
      vkey,
      [],
    ) // prettier-ignore
    .option('--previous <dir>', 'the export before the first of these, or its manifest.json: it is not checked itself')
    .option('--json', 'the report as JSON, for machines')
    .action(async (directories: readonly string[], options: VerifyExportCommandOptions) => {
      const { json, vkey: vkeys, previous } = options;
      const [directory] = directories;
      const isOne = directories.length === 1 && previous === undefined && directory !== undefined;
      const report = isOne ? await verifyExport(directory, { vkeys }) : await verifySeries(directories, { vkeys, previous }); // prettier-ignore
      if (json) printJson(report);
      else if ('exports' in report) printSeriesReport(report);
      else printExportReport(report);
      await written();
      process.exitCode = EXIT_CODES[report.verdict];
    });
}

interface VerifyExportCommandOptions {
  readonly json?: boolean;
  readonly vkey: readonly Vkey[];
  readonly previous?: string;
}

function printSeriesReport({ verdict, exports, findings, proved, limits }: SeriesReport): void {
  for (const each of exports) {
    print(line`${each.directory}:`);
    printExportReport(each);
  }
  print(line`${paintOf(verdict)(verdict)} the series`);
  for (const { code, message } of findings) print(line`${code}: ${message}`);
  for (const sentence of proved) print(line`proved: ${sentence}`);
  for (const sentence of limits) print(line`limit: ${sentence}`);
}

const paintOf = (verdict: ExportReport['verdict']) =>
  verdict === 'VERIFIED' ? paint.green : verdict === 'TAMPERED' ? paint.red : paint.yellow;

function printExportReport({ verdict, count, asked, findings, findingCount, proved, limits }: ExportReport): void {
  print(line`${paintOf(verdict)(verdict)} ${count} entries`);
  if (asked !== undefined) printAsked(asked);
  for (const { code, message } of findings.slice(0, SHOWN)) print(line`${code}: ${message}`);
  if (findingCount > SHOWN) print(line`… ${findingCount - SHOWN} findings more (--json has them)`);
  for (const sentence of proved) print(line`proved: ${sentence}`);
  for (const sentence of limits) print(line`limit: ${sentence}`);
}

/** What the verdict is about: another question has another answer, which can be right as well. */
function printAsked({ filter, tenant, range }: AskedFor): void {
  print(line`asked for: ${JSON.stringify(filter)}`);
  if (tenant !== undefined) print(line`tenant: ${JSON.stringify(tenant)}`);
  if (range !== undefined) print(line`range: entries ${range.firstSeq} to ${range.lastSeq} of ${range.origin}`);
}
