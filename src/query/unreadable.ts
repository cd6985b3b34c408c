import type { JsonValue } from '../event/types.js';

/** A part of an entry that could not be understood. Somebody changed what was sealed, or it was sealed with the flag `malformed`. */
export interface Unreadable {
  /**
   * Which: a column (`seq`, `sealedAt`, `origin`, `content`), `body`, `actor`, `data`, or a member of one (`body.action`,
   * `data.new.meta`).
   */
  readonly at: string;
  /**
   * - `not-json`, `not-an-object`, `not-utf8`: nothing of it, or only what is valid, is given.
   * - `not-canonical`: a body that is not what its members encode to (members twice, white space); the last of each counts.
   * - `too-large`: beyond 64 KiB of a body, 64 MiB of a section; it is not given.
   * - `too-deep`: what is nested deeper than 1,000 levels is given as its JSON text.
   * - `wrong-type`, `unknown`, `missing`: a member is not given, or comes from the columns by which the entry was found.
   */
  readonly why:
    | 'not-json'
    | 'not-an-object'
    | 'not-utf8'
    | 'not-canonical'
    | 'too-large'
    | 'too-deep'
    | 'wrong-type'
    | 'unknown'
    | 'missing';
  /** What stands there, if it is text, a number or a boolean: its first 200 characters. */
  readonly found?: string;
}

const FOUND = 200;
/** Of one entry; more say nothing new. */
const MOST = 100;

/** Collects what could not be read of one entry. */
export class Unread {
  readonly #list: Unreadable[] = [];

  note(at: string, why: Unreadable['why'], found?: JsonValue): void {
    if (this.#list.length >= MOST) return;
    const shown = typeof found === 'object' || found === undefined ? {} : { found: String(found).slice(0, FOUND) };
    this.#list.push({ at, why, ...shown });
  }

  /** @returns nothing if all was understood */
  all(): readonly Unreadable[] | undefined {
    return this.#list.length > 0 ? this.#list : undefined;
  }
}
