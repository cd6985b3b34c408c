import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cannotGoOn } from './cannot-go-on.js';
import { isPlain } from './read-lines.js';
import type { TakeLine } from './whole-lines.js';
import { LineFile, type ListedFile } from './line-file.js';
import type { ExportFormat } from './format.js';

/** A sheet of a spreadsheet has 1,048,576 rows. */
export const ROWS_OF_A_FILE = 1_000_000;

/** The entries of an export, in as many files as they need: `entries-00001.ndjson` and so on. There is one at least. */
export class RowFiles {
  readonly #directory: string;
  readonly #format: ExportFormat;
  readonly #head: string;
  readonly #rowsOfAFile: number;
  readonly #done: ListedFile[] = [];
  #file: LineFile | undefined;
  #number = 0;

  constructor(directory: string, format: ExportFormat, head: string, rowsOfAFile = ROWS_OF_A_FILE) {
    [this.#directory, this.#format, this.#head, this.#rowsOfAFile] = [directory, format, head, rowsOfAFile];
  }

  /**
   * Goes on behind the last row that is whole; what comes after a file that was cut off is taken away.
   * @param take is given each row that stays
   * @throws AuditError `AUDIT_OPTIONS_INVALID` where one is not what was written
   */
  async reopen(take: TakeLine): Promise<void> {
    for (;;) {
      const name = entriesName(this.#number + 1, this.#format);
      if (!(await isPlain(join(this.#directory, name)))) break;
      if (this.#file !== undefined && this.#file.rows < this.#rowsOfAFile) break;
      if (this.#file !== undefined) await this.#end();
      this.#number += 1;
      this.#file = await LineFile.reopen(this.#directory, name, this.#head, take);
      if (this.#file.rows > this.#rowsOfAFile)
        throw cannotGoOn(this.#directory, `${name} has more rows than were written`);
    }
    for (const name of await readdir(this.#directory))
      if (Number(/^entries-(\d{5})\./.exec(name)?.[1]) > this.#number) await rm(join(this.#directory, name));
  }

  async write(line: string): Promise<void> {
    if ((this.#file?.rows ?? 0) >= this.#rowsOfAFile) await this.#end();
    await (await this.#current()).write(line);
  }

  async #current(): Promise<LineFile> {
    if (this.#file !== undefined) return this.#file;
    this.#number += 1;
    return (this.#file = await LineFile.create(this.#directory, entriesName(this.#number, this.#format), this.#head));
  }

  async #end(): Promise<void> {
    const file = await this.#current();
    this.#file = undefined;
    this.#done.push(...(await file.close()));
  }

  async close(): Promise<readonly ListedFile[]> {
    if (this.#file !== undefined || this.#number === 0) await this.#end();
    return this.#done;
  }

  async abandon(): Promise<void> {
    await this.#file?.abandon();
  }
}

export function entriesName(number: number, format: ExportFormat): string {
  return `entries-${String(number).padStart(5, '0')}.${format}`;
}
