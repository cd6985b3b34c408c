import type { JsonObject } from '../event/types.js';

/** What was found wrong. `INCOMPLETE_*`: nothing is disproved by it. */
export type ExportCode =
  | 'MANIFEST_INVALID'
  | 'SHEET_DIFFERS'
  | 'SIGNATURE_WRONG'
  | 'SUMS_DIFFER'
  | 'FILE_MISSING'
  | 'FILE_ALTERED'
  | 'FILE_SWAPPED'
  | 'FILE_EXTRA'
  | 'ROW_INVALID'
  | 'ROW_ALTERED'
  | 'ROW_LEFT_OUT'
  | 'ROW_TWICE'
  | 'ROW_FOREIGN'
  | 'COUNT_DIFFERS'
  | 'RANGE_SHORT'
  | 'LEAF_INVALID'
  | 'SECTION_INVALID'
  | 'PROOF_INVALID'
  | 'POPULATION_DIFFERS'
  | 'SAMPLE_DIFFERS'
  /** Of several exports: one does not come behind the one before. */
  | 'SERIES_BROKEN'
  | 'INCOMPLETE_UNLINKED'
  | 'INCOMPLETE_GAP'
  | 'INCOMPLETE_OVERLAP'
  | 'INCOMPLETE_OTHER'
  | 'INCOMPLETE_UNFINISHED'
  | 'INCOMPLETE_UNSIGNED'
  | 'INCOMPLETE_UNPROVEN'
  | 'INCOMPLETE_LATER';

export interface ExportFinding {
  readonly code: ExportCode;
  readonly message: string;
  readonly file?: string | undefined;
  /** From 1. */
  readonly line?: number | undefined;
  readonly seq?: number | undefined;
}

/** What a manifest says that was asked for: compare it with what you asked for. */
export interface AskedFor {
  readonly filter: JsonObject;
  /** Absent: no leaves are there, and the filter alone says whose the entries are. */
  readonly tenant?: string | undefined;
  readonly range?: { readonly origin: string; readonly firstSeq: number; readonly lastSeq: number } | undefined;
}

export interface ExportReport {
  readonly schema: 'nestjs-prisma-audit/export-report/v1';
  readonly verdict: 'VERIFIED' | 'TAMPERED' | 'INCOMPLETE';
  readonly count: number;
  /** Absent: there is no manifest that can be read. */
  readonly asked?: AskedFor | undefined;
  /** The first thousand. */
  readonly findings: readonly ExportFinding[];
  readonly findingCount: number;
  /** What was shown, as sentences. */
  readonly proved: readonly string[];
  /** What this verdict cannot know. */
  readonly limits: readonly string[];
}

const KEPT = 1_000;

/** Collects what is said of an export. */
export class Said {
  readonly findings: ExportFinding[] = [];
  readonly proved: string[] = [];
  readonly limits: string[] = [];
  #found = 0;
  #isTampered = false;

  find(...findings: readonly ExportFinding[]): void {
    for (const finding of findings) {
      this.#found += 1;
      if (!finding.code.startsWith('INCOMPLETE_')) this.#isTampered = true;
      if (this.findings.length < KEPT) this.findings.push(finding);
    }
  }

  report(count: number, asked?: AskedFor): ExportReport {
    const { findings, proved, limits } = this;
    const verdict = this.#isTampered ? 'TAMPERED' : this.#found > 0 ? 'INCOMPLETE' : 'VERIFIED';
    return { schema: 'nestjs-prisma-audit/export-report/v1', verdict, count, asked, findings, findingCount: this.#found, proved, limits }; // prettier-ignore
  }
}
