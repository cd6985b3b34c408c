import { headLine, parseHeadLine, type Head } from '../../chain/heads.js';
import type { Digest } from '../../chain/hashing.js';
import { parseJsonObject } from '../../event/json-object.js';
import type { Claim } from './claims.js';

/** An entry `restore.declared` of the registry, as it says. */
export interface Restore {
  readonly seq: number;
  /** Lines of what had been signed and was left behind. */
  readonly abandoned: ReadonlySet<string>;
}

/** Whatever it says: what it does not say leaves nothing behind. */
export function parseRestore({ seq, data }: { readonly seq: number; readonly data: string }): Restore {
  const { abandoned } = Object(parseJsonObject(data)?.['details']) as Record<string, unknown>; // it may have this
  const lines = Array.isArray(abandoned) ? abandoned.filter((line) => typeof line === 'string') : [];
  return { seq, abandoned: new Set(lines) };
}

export function isLeftBehind({ abandoned }: Restore, origin: string, { size, root }: Claim): boolean {
  return abandoned.has(headLine({ origin, size, root }));
}

/**
 * Which restores the auditor knows of. A line of his says how the registry was with a declaration in it, and stands for all that were
 * declared up to there: so it says which checkpoints were left behind, and covers no other restore, be it to the same backup.
 */
export class Restores {
  /** Ascending by `seq`. */
  readonly all: readonly Restore[];
  readonly #accepted: readonly Head[];
  readonly #seen: number;
  readonly #sizes: readonly number[];
  readonly #wanted: ReadonlySet<number>;
  readonly #roots = new Map<number, Digest>();

  /**
   * @param lines of the policy, `origin size root`
   * @param seen entries that are taken on trust, and the lines about them with them
   */
  constructor(all: readonly Restore[], lines: readonly string[], seen: number) {
    this.all = all;
    this.#accepted = lines.map((line) => parseHeadLine(line));
    this.#seen = seen;
    this.#wanted = new Set([...all.map(({ seq }) => seq + 1), ...this.#accepted.map(({ size }) => size)]);
    this.#sizes = [...this.#wanted].toSorted((a, b) => a - b);
  }

  /** The next size of the registry whose root is wanted. */
  nextSize(above: number): number | undefined {
    return this.#sizes.find((size) => size > above);
  }

  found(size: number, root: Digest): void {
    if (this.#wanted.has(size)) this.#roots.set(size, root);
  }

  /** How the registry was with this declaration; `undefined` where that was not read. */
  lineOf(seq: number, origin: string): string | undefined {
    const root = this.#roots.get(seq + 1);
    return root === undefined ? undefined : headLine({ origin, size: seq + 1, root });
  }

  /** Restores that count, since what came behind them is signed, and of which the auditor does not know. */
  unknown(signedSize: number): readonly Restore[] {
    const known = this.#accepted.filter(({ size, root }) => size < this.#seen || this.#roots.get(size) === root);
    return this.all.filter(({ seq }) => seq < signedSize && !known.some(({ size }) => size > seq));
  }
}
