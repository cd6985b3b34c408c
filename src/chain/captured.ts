import type { Micros } from '../event/clock.js';
import type { Digest } from './hashing.js';

/** Of a row of `content`, all that its entry is derived from: what `finish` reads, and what is carried into the entry as it is. */
export interface CapturedFields {
  readonly xid: string;
  /** `undefined`: a time that no body can hold. */
  readonly at: Micros | undefined;
  readonly source: string;
  readonly op: string | null;
  readonly model: string | null;
  readonly resourceId: string | null;
  readonly group: string | null;
  readonly tenant: string | null;
  readonly header: string | null;
  readonly flags: string | null;
  /** Bytes of the `actor` section. */
  readonly actor: Uint8Array | null;
  readonly commitActor: Digest | null;
  readonly commitData: Digest | null;
  /** The `data` section, if it is an access (`accessKeys`); else it need not be here. */
  readonly access?: string | null | undefined;
  /** A section is too large to be committed to, by `READ_LIMITS`. */
  readonly tooLarge?: boolean | undefined;
}
