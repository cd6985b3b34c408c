import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Some numbers, by which they are sorted in this order, and some bytes. */
export interface SortedRecord {
  readonly numbers: readonly number[];
  readonly bytes: Buffer;
}

export interface RecordForm {
  /** How many numbers each has. */
  readonly numbers: number;
  /** How many bytes each has behind them. */
  readonly bytes: number;
}

/** Of what is in memory, and of what is read at once of each file. */
const BYTES = 16 * 1024 * 1024;
const READ_BYTES = 64 * 1024;

/**
 * Sorts more records of one form than there is memory for: what is full goes, sorted, to a file of its own in a folder that only this
 * user can read, and the files are merged as they are read. Nothing is written as long as all of them fit.
 */
export class SortedRecords {
  readonly #form: RecordForm;
  readonly #length: number;
  readonly #atOnce: number;
  readonly #readAtOnce: number;
  #buffer: Buffer;
  #count = 0;
  #folder: string | undefined;
  readonly #runs: { readonly file: number; readonly count: number }[] = [];

  /** @param bytes in memory at the most, and one record at least */
  constructor(form: RecordForm, bytes = BYTES) {
    this.#form = form;
    this.#length = form.numbers * 8 + form.bytes;
    this.#atOnce = Math.max(1, Math.floor(bytes / this.#length));
    this.#readAtOnce = Math.max(1, Math.floor(READ_BYTES / this.#length));
    this.#buffer = Buffer.allocUnsafe(Math.min(this.#atOnce, 1_024) * this.#length);
  }

  add(numbers: readonly number[], bytes?: Uint8Array): void {
    if (this.#count === this.#atOnce) this.#spill();
    if ((this.#count + 1) * this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#atOnce * this.#length, this.#buffer.length * 2));
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    let at = this.#count * this.#length;
    for (let i = 0; i < this.#form.numbers; i += 1) at = this.#buffer.writeDoubleBE(numbers[i] as number, at);
    if (bytes !== undefined) this.#buffer.set(bytes, at);
    this.#count += 1;
  }

  /** All of them, in order. Nothing may be added meanwhile. */
  *sorted(): Generator<SortedRecord> {
    const own = this.#inOrder();
    if (this.#runs.length === 0) {
      yield* own;
      return;
    }
    const cursors = [...this.#runs.map((run) => this.#read(run)), own].map((records) => ({
      records,
      next: records.next(),
    }));
    for (;;) {
      let first: (typeof cursors)[number] | undefined;
      for (const cursor of cursors)
        if (cursor.next.done !== true && (first === undefined || first.next.done === true || before(cursor.next.value, first.next.value)))
          first = cursor; // prettier-ignore
      if (first === undefined || first.next.done === true) return;
      yield first.next.value;
      first.next = first.records.next();
    }
  }

  /** Removes what is on the disk. */
  close(): void {
    for (const { file } of this.#runs.splice(0)) closeSync(file);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #spill(): void {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'nestjs-prisma-audit-'));
    const file = openSync(join(this.#folder, String(this.#runs.length)), 'wx+', 0o600);
    const sorted = Buffer.concat(this.#places().map((at) => this.#buffer.subarray(at, at + this.#length)));
    for (let at = 0; at < sorted.length;) at += writeSync(file, sorted, at);
    this.#runs.push({ file, count: this.#count });
    this.#count = 0;
  }

  *#inOrder(): Generator<SortedRecord> {
    for (const at of this.#places()) yield this.#record(this.#buffer, at);
  }

  #places(): number[] {
    const places = Array.from({ length: this.#count }, (_, i) => i * this.#length);
    const buffer = this.#buffer;
    const { numbers } = this.#form;
    return places.sort((a, b) => {
      for (let i = 0; i < numbers; i += 1) {
        const difference = buffer.readDoubleBE(a + i * 8) - buffer.readDoubleBE(b + i * 8);
        if (difference !== 0) return difference;
      }
      return 0;
    });
  }

  *#read({ file, count }: { file: number; count: number }): Generator<SortedRecord> {
    for (let from = 0; from < count; from += this.#readAtOnce) {
      const page = Buffer.allocUnsafe(Math.min(this.#readAtOnce, count - from) * this.#length);
      let got = 0;
      while (got < page.length) {
        const read = readSync(file, page, got, page.length - got, from * this.#length + got);
        if (read === 0) throw new Error('a temporary file of the verifier was cut off');
        got += read;
      }
      for (let at = 0; at < page.length; at += this.#length) yield this.#record(page, at);
    }
  }

  #record(buffer: Buffer, at: number): SortedRecord {
    const numbers = Array.from({ length: this.#form.numbers }, (_, i) => buffer.readDoubleBE(at + i * 8));
    const end = at + this.#form.numbers * 8;
    return { numbers, bytes: Buffer.from(buffer.subarray(end, end + this.#form.bytes)) };
  }
}

function before(a: SortedRecord, b: SortedRecord): boolean {
  for (const [i, number] of a.numbers.entries()) {
    const difference = number - (b.numbers[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
