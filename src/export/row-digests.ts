import { PROJECTION_BYTES } from './projection.js';

/** A digest and some bits for each entry of a range, by its number: 17 bytes an entry, whatever the entries are. */
export class RowDigests {
  readonly #digests: Buffer;
  readonly #bits: Uint8Array;

  constructor(
    readonly first: number,
    readonly last: number,
  ) {
    this.#digests = Buffer.alloc((last - first + 1) * PROJECTION_BYTES);
    this.#bits = new Uint8Array(last - first + 1);
  }

  has(seq: number): boolean {
    return Number.isSafeInteger(seq) && seq >= this.first && seq <= this.last;
  }

  set(seq: number, digest: Buffer): void {
    digest.copy(this.#digests, (seq - this.first) * PROJECTION_BYTES);
  }

  isSame(seq: number, digest: Buffer): boolean {
    const at = (seq - this.first) * PROJECTION_BYTES;
    return digest.equals(this.#digests.subarray(at, at + PROJECTION_BYTES));
  }

  mark(seq: number, bit: number): void {
    const at = seq - this.first;
    this.#bits[at] = (this.#bits[at] ?? 0) | bit;
  }

  is(seq: number, bit: number): boolean {
    return ((this.#bits[seq - this.first] ?? 0) & bit) !== 0;
  }
}
