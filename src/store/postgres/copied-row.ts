import { MAX_MICROS, type Micros } from '../../event/clock.js';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags, length of an extension that there is none of. */
const HEADER_BYTES = 19;
/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH: Micros = 946_684_800_000_000;

/** One row of COPY's binary format (PostgreSQL manual, "COPY", Binary Format), read column after column. */
export class CopiedRow {
  #bytes: Buffer = SIGNATURE;
  #at = 0;

  /** @returns false where the message holds no row: the end. The first message is the header of the file. */
  begin(bytes: Buffer, columns: number): boolean {
    this.#bytes = bytes;
    this.#at = bytes[0] === SIGNATURE[0] && bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE) ? HEADER_BYTES : 0;
    if (this.#at === bytes.length) return false;
    const count = bytes.readInt16BE(this.#at);
    this.#at += 2;
    if (count === -1) return false;
    if (count !== columns) throw new Error(`a row of ${columns} columns came with ${count}`);
    return true;
  }

  text(): string | null {
    const length = this.#length();
    if (length < 0) return null;
    this.#at += length;
    return length === 0 ? '' : this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  hex(): string | null {
    const length = this.#length();
    if (length < 0) return null;
    this.#at += length;
    return this.#bytes.toString('hex', this.#at - length, this.#at);
  }

  /** A copy: the message does not last. */
  bytes(): Buffer | null {
    const length = this.#length();
    if (length < 0) return null;
    const copy = Buffer.allocUnsafe(length);
    this.#bytes.copy(copy, 0, this.#at, this.#at + length);
    this.#at += length;
    return copy;
  }

  isTrue(): boolean {
    const length = this.#length();
    this.#at += Math.max(0, length);
    return length === 1 && this.#bytes[this.#at - 1] === 1;
  }

  /** `int8`. Of none 0, as `Number(null)` is. */
  integer(): number {
    const length = this.#length();
    if (length < 0) return 0;
    this.#at += 8;
    return this.#bytes.readInt32BE(this.#at - 8) * 0x1_0000_0000 + this.#bytes.readUInt32BE(this.#at - 4);
  }

  /** The integer that was read last, beyond what a number can hold too. */
  exactInteger(): bigint {
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }

  /** `timestamptz`; −1 of one that is infinite, 0 of none. */
  time(): Micros {
    const length = this.#length();
    if (length < 0) return 0;
    this.#at += 8;
    const [high, low] = [this.#bytes.readInt32BE(this.#at - 8), this.#bytes.readUInt32BE(this.#at - 4)];
    if ((high === 0x7fff_ffff && low === 0xffff_ffff) || (high === -0x8000_0000 && low === 0)) return -1;
    return high * 0x1_0000_0000 + low + EPOCH;
  }

  /** `timestamptz` that a body can hold. */
  bodyTime(): Micros | undefined {
    if (this.#bytes.readInt32BE(this.#at) < 0) {
      this.#at += 4;
      return undefined;
    }
    const at = this.time();
    return at >= 0 && at <= MAX_MICROS ? at : undefined;
  }

  #length(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }
}
