import { join } from 'node:path';
import { parseSectionLine, type SectionLine } from '../chain/section-line.js';
import { isAuditError } from '../event/errors.js';
import { SECTIONS_FILE } from './evidence.js';
import type { Said } from './export-report.js';
import { readLines } from './read-lines.js';

/** An entry has one of each name. */
const MOST = 2;

/** Lines of sections, in the order of their entries. Behind one that is none, nothing is read. */
export class SectionLines {
  readonly #lines: AsyncGenerator<Buffer>;
  readonly #said: Said;
  #number = 0;
  #next: SectionLine | undefined;
  #isEnded = false;

  /** @param bytes that the file is said to have */
  constructor(directory: string, bytes: number, said: Said) {
    this.#lines = readLines(join(directory, SECTIONS_FILE), bytes);
    this.#said = said;
  }

  async of(seq: number): Promise<readonly SectionLine[]> {
    const found: SectionLine[] = [];
    for (let line = await this.#peek(); line?.seq === seq && found.length < MOST; line = await this.#peek()) {
      found.push(line);
      this.#next = undefined;
    }
    return found;
  }

  /** What is left is of no entry of the range, or out of its place. */
  async end(): Promise<void> {
    const left = await this.#peek();
    if (left !== undefined) this.#wrong(`has a section of entry ${left.seq} out of its place`, left.seq);
    await this.#lines.return(undefined);
  }

  async #peek(): Promise<SectionLine | undefined> {
    if (this.#next !== undefined || this.#isEnded) return this.#next;
    this.#number += 1;
    try {
      const { value, done } = await this.#lines.next();
      if (done === true) this.#isEnded = true;
      else this.#next = parseSectionLine(value.toString('utf8'));
    } catch (error) {
      if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw error;
      this.#isEnded = true;
      this.#wrong(`has a line ${this.#number} that is none: ${error.message}`);
    }
    return this.#next;
  }

  #wrong(what: string, seq?: number): void {
    this.#said.find({ code: 'SECTION_INVALID', file: SECTIONS_FILE, line: this.#number, seq, message: `${SECTIONS_FILE} ${what}` }); // prettier-ignore
  }
}
