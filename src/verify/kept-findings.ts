import type { FindingCode } from './findings.js';
import type { Finding } from './report.js';

/** Of each code these are kept however many others there are: a thousand of one must not hide the one of another. */
const OF_EACH = 10;

/** The first findings of a run, and the first of each code. There are some fifty codes, so it stays bounded. */
export class KeptFindings {
  readonly #most: number;
  readonly #of = new Map<FindingCode, number>();
  readonly list: Finding[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(finding: Finding): void {
    const before = this.#of.get(finding.code) ?? 0;
    if (this.list.length >= this.#most && before >= Math.min(OF_EACH, this.#most)) return;
    this.#of.set(finding.code, before + 1);
    this.list.push(finding);
  }
}
