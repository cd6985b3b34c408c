import { openCheckpoint, parseCheckpoint, type Checkpoint } from '../../chain/checkpoint.js';
import type { Digest } from '../../chain/hashing.js';
import { knownKeys, parseNote, type KnownKeys } from '../../chain/note.js';
import { isAuditError } from '../../event/errors.js';
import type { Vkey } from '../../chain/vkey.js';
import type { TrustedKey } from '../policy.js';
import { SortedRecords, type SortedRecord } from './sorted-records.js';

/** Somebody says that the registry had this root at this size. */
export interface Claim {
  readonly size: number;
  readonly root: Digest;
  /** 0: the database itself; from 1 on: the anchors, in their order. */
  readonly source: number;
  /** Milliseconds; when an anchor stored it, if it knows. */
  readonly storedAt: number | undefined;
  /** Which of the trusted keys signed it: their places. */
  readonly signers: readonly number[];
}

/** What became of a note that was read. `forged`: somebody wrote what no key signed · `untrusted`: no key of the auditor's signed it. */
export type Reading = 'trusted' | 'untrusted' | 'forged';

const ROOT_BYTES = 32;

/** Checkpoints from everywhere, in the order of their sizes. */
export class Claims {
  readonly #keys: readonly TrustedKey[];
  readonly #known: KnownKeys;
  /** size, source, storedAt; the root, and a bit for each key that signed it */
  readonly #records: SortedRecords;
  #cursor: Iterator<SortedRecord> | undefined;
  #next: IteratorResult<SortedRecord> | undefined;

  constructor(keys: readonly TrustedKey[]) {
    this.#keys = keys;
    this.#known = knownKeys(keys.map(({ vkey }) => vkey));
    this.#records = new SortedRecords({ numbers: 3, bytes: ROOT_BYTES + Math.ceil(keys.length / 8) });
  }

  /** Reads a note. Without any key it is taken as it is, and trusted by nobody. */
  add(note: string, origin: string, source: number, storedAt?: number): { reading: Reading; checkpoint?: Checkpoint } {
    try {
      const bytes = Buffer.from(note);
      if (this.#keys.length === 0) {
        const checkpoint = parseCheckpoint(parseNote(bytes).text);
        if (checkpoint.origin !== origin) return { reading: 'forged' };
        this.#add(checkpoint, source, storedAt, []);
        return { reading: 'untrusted', checkpoint };
      }
      const { signers, ...checkpoint } = openCheckpoint(bytes, this.#known);
      if (checkpoint.origin !== origin) return { reading: 'forged', checkpoint };
      this.#add(checkpoint, source, storedAt, signers);
      return { reading: 'trusted', checkpoint };
    } catch (error) {
      if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw error;
      return { reading: error.facts['reason'] === 'unsigned' ? 'untrusted' : 'forged' };
    }
  }

  #add({ size, root }: Checkpoint, source: number, storedAt: number | undefined, signers: readonly Vkey[]): void {
    // An anchor that gives no time as one is one that does not know.
    const at = storedAt !== undefined && storedAt >= 0 && storedAt < Number.MAX_SAFE_INTEGER ? storedAt : -1;
    const bytes = Buffer.alloc(ROOT_BYTES + Math.ceil(this.#keys.length / 8));
    bytes.write(root, 'hex');
    const signed = new Set(signers);
    for (const [i, { vkey }] of this.#keys.entries())
      if (signed.has(vkey)) bytes[ROOT_BYTES + (i >> 3)] = (bytes[ROOT_BYTES + (i >> 3)] as number) | (1 << (i & 7)); // prettier-ignore
    this.#records.add([size, source, at], bytes);
  }

  /** The next size of which anybody says something, beyond this one. Asked for in ascending order. */
  nextSize(above: number): number | undefined {
    for (let next = this.#peek(); next !== undefined; next = this.#step()) if (next.size > above) return next.size;
    return undefined;
  }

  /** All that is said of a size. */
  take(size: number): readonly Claim[] {
    const claims: Claim[] = [];
    for (let next = this.#peek(); next !== undefined && next.size <= size; next = this.#step())
      if (next.size === size) claims.push(next);
    return claims;
  }

  close(): void {
    this.#records.close();
  }

  #peek(): Claim | undefined {
    this.#cursor ??= this.#records.sorted();
    this.#next ??= this.#cursor.next();
    return this.#next.done === true ? undefined : claimOf(this.#next.value);
  }

  #step(): Claim | undefined {
    this.#next = this.#cursor?.next();
    return this.#peek();
  }
}

function claimOf({ numbers, bytes }: SortedRecord): Claim {
  const [size = 0, source = 0, storedAt = -1] = numbers;
  const signers: number[] = [];
  for (let i = 0; ROOT_BYTES + (i >> 3) < bytes.length; i += 1)
    if (((bytes[ROOT_BYTES + (i >> 3)] as number) >> (i & 7)) & 1) signers.push(i);
  return { size, root: bytes.toString('hex', 0, ROOT_BYTES), source, storedAt: storedAt < 0 ? undefined : storedAt, signers }; // prettier-ignore
}
