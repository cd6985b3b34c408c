import { isAuditError } from '../event/errors.js';
import { Said, type ExportFinding, type ExportReport } from './export-report.js';
import { readManifest } from './read-manifest.js';
import { checkSeries, type Link } from './series.js';
import { verifyExport, type VerifyExportOptions } from './verify-export.js';

export interface SeriesReport {
  readonly schema: 'nestjs-prisma-audit/export-series-report/v1';
  /** The worst of all. */
  readonly verdict: ExportReport['verdict'];
  readonly exports: readonly (ExportReport & { readonly directory: string })[];
  /** Of the series; each export has its own. */
  readonly findings: readonly ExportFinding[];
  readonly proved: readonly string[];
  readonly limits: readonly string[];
}

export interface VerifySeriesOptions extends VerifyExportOptions {
  /** The export before the first, or its manifest alone; it is not checked itself. */
  readonly previous?: string | undefined;
}

/**
 * Checks exports of one question, the oldest first, and that each is behind the one before. Needs no database.
 * @throws what `verifyExport` throws; AuditError `AUDIT_OPTIONS_INVALID`, `AUDIT_EVIDENCE_INVALID` for `previous`
 */
export async function verifySeries(
  directories: readonly string[],
  options: VerifySeriesOptions,
): Promise<SeriesReport> {
  const exports = [];
  for (const directory of directories)
    exports.push({ directory, ...(await verifyExport(directory, { ...options, isOfSeries: true })) });
  const { previous } = options;
  const said = new Said();
  const links: Link[] = previous === undefined ? [] : [{ name: previous, ...(await readManifest(previous)) }];
  for (const name of directories) {
    const link = await linkOf(name);
    if (link === undefined)
      said.find({ code: 'INCOMPLETE_UNLINKED', file: name, message: `${name} has no manifest that can be read: whether it is one of this series is not shown` }); // prettier-ignore
    else links.push(link);
  }
  checkSeries(links, said);
  const { findings, proved, limits, verdict } = said.report(0);
  const all = [verdict, ...exports.map((each) => each.verdict)];
  const worst = (['TAMPERED', 'INCOMPLETE'] as const).find((each) => all.includes(each)) ?? 'VERIFIED';
  return { schema: 'nestjs-prisma-audit/export-series-report/v1', verdict: worst, exports, findings, proved, limits };
}

/** What is wrong with it, its own check says. */
async function linkOf(name: string): Promise<Link | undefined> {
  try {
    return { name, ...(await readManifest(name)) };
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVIDENCE_INVALID') || isAuditError(error, 'AUDIT_OPTIONS_INVALID')) return undefined;
    throw error;
  }
}
