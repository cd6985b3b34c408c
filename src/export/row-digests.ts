import { PROJECTION_BYTES } from './projection.js';

/** Entries whose room is taken at once. */
const STEP = 4_096;

interface Room {
  readonly digests: Buffer;
  readonly bits: Uint8Array;
}

/**
 * A digest and some bits for each entry of a range, by its number: 17 bytes an entry, whatever the entries are. Room is taken for those that
 * come, and not for a range that somebody claims.
 */
export class RowDigests {
  readonly #rooms = new Map<number, Room>();

  constructor(
    readonly first: number,
    readonly last: number,
  ) {}

  has(seq: number): boolean {
    return Number.isSafeInteger(seq) && seq >= this.first && seq <= this.last;
  }

  set(seq: number, digest: Buffer): void {
    const [room, at] = this.#roomOf(seq);
    digest.copy(room.digests, at * PROJECTION_BYTES);
  }

  isSame(seq: number, digest: Buffer): boolean {
    const [room, at] = this.#roomOf(seq);
    return digest.equals(room.digests.subarray(at * PROJECTION_BYTES, (at + 1) * PROJECTION_BYTES));
  }

  mark(seq: number, bit: number): void {
    const [room, at] = this.#roomOf(seq);
    room.bits[at] = (room.bits[at] ?? 0) | bit;
  }

  is(seq: number, bit: number): boolean {
    const [room, at] = this.#roomOf(seq);
    return ((room.bits[at] ?? 0) & bit) !== 0;
  }

  #roomOf(seq: number): readonly [room: Room, at: number] {
    const at = (seq - this.first) % STEP;
    const number = (seq - this.first - at) / STEP;
    const room = this.#rooms.get(number) ?? { digests: Buffer.alloc(STEP * PROJECTION_BYTES), bits: new Uint8Array(STEP) }; // prettier-ignore
    this.#rooms.set(number, room);
    return [room, at];
  }
}
