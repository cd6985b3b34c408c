import { headLine, parseHeadLine, type Head } from '../../chain/heads.js';
import type { Digest } from '../../chain/hashing.js';
import { parseJsonObject } from '../../event/json-object.js';
import { isAuditError } from '../../event/errors.js';
import type { Claim } from './claims.js';

/** An entry `restore.declared` of the registry, as it says. */
export interface Restore {
  readonly seq: number;
  /** How many checkpoints of this registry it names as left behind, and the least size among them. */
  readonly count: number;
  readonly least: number | undefined;
}

/** Lines of all restores together, whatever they say. One that a sealer declares has a quarter of that at the most; the rest is not read. */
const MOST_LINES = 1_000_000;

/**
 * Which restores there are, what they left behind, and which the auditor knows of. A line of his says how the registry was with a
 * declaration in it, and stands for all that were declared up to there: so it says which checkpoints were left behind, and covers no other
 * restore, be it to the same backup.
 */
export class Restores {
  /** Ascending by `seq`. */
  readonly all: Restore[] = [];
  readonly #origin: string;
  readonly #accepted: readonly Head[];
  readonly #seen: number;
  #left: number;
  /** The first restore that names a checkpoint, by its size and root. */
  readonly #first = new Map<string, number>();
  readonly #roots = new Map<number, Digest>();
  /** By number: the greatest checkpoint before it that a trusted key signed, and that agrees. */
  readonly #shared = new Map<number, number>();
  #agreed = 0;
  #sizes: readonly number[] | undefined;

  /**
   * @param origin of the registry
   * @param lines of the policy, `origin size root`
   * @param seen entries that are taken on trust, and the lines about them with them
   */
  constructor(origin: string, lines: readonly string[], seen: number, most = MOST_LINES) {
    this.#origin = origin;
    this.#accepted = lines.map((line) => parseHeadLine(line));
    this.#seen = seen;
    this.#left = most;
  }

  /** Ascending by `seq`. Whatever it says: what it does not say leaves nothing behind. @returns false if it says too much */
  add(seq: number, data: string): boolean {
    const { abandoned } = Object(parseJsonObject(data)?.['details']) as Record<string, unknown>; // it may have this
    const texts = Array.isArray(abandoned) ? abandoned : [];
    let [count, least] = [0, Number.POSITIVE_INFINITY];
    for (const text of texts.slice(0, this.#left)) {
      const line = lineOf(text, this.#origin);
      if (line === undefined) continue;
      const key = keyOf(line);
      if (!this.#first.has(key)) this.#first.set(key, seq);
      count += 1;
      least = Math.min(least, line.size);
    }
    this.all.push({ seq, count, least: count === 0 ? undefined : least });
    const isWhole = texts.length <= this.#left;
    this.#left = Math.max(0, this.#left - texts.length);
    return isWhole;
  }

  /** The first restore that says it left this checkpoint behind: its number. */
  firstOf(claim: Pick<Claim, 'size' | 'root'>): number | undefined {
    return this.#first.get(keyOf(claim));
  }

  /** The next size of the registry whose root is wanted, when all restores are known. */
  nextSize(above: number): number | undefined {
    this.#sizes ??= [...new Set([...this.all.map(({ seq }) => seq + 1), ...this.#accepted.map(({ size }) => size)])].toSorted((a, b) => a - b); // prettier-ignore
    return this.#sizes[firstBeyond(this.#sizes, above)];
  }

  /** Before what is said of that size is judged: `agrees` comes after it. */
  found(size: number, root: Digest): void {
    if (this.nextSize(size - 1) !== size) return;
    this.#roots.set(size, root);
    this.#shared.set(size - 1, this.#agreed);
  }

  /** A trusted checkpoint is what the registry was. Ascending. */
  agrees(size: number): void {
    this.#agreed = size;
  }

  /** What it left behind, in words, and whether anything that was signed says that it is the same log. */
  leftBehind({ seq, count, least }: Restore): string {
    if (least === undefined) return 'it names no checkpoint that it left behind';
    const shared = this.#shared.get(seq) ?? 0;
    const left = `it left ${count} checkpoints behind, the least of size ${least}`;
    if (shared > 0) return `${left}; the greatest that was signed before it and agrees has the size ${shared}`;
    if (this.#seen > 0) return left; // what agreed before was not read
    return `${left}, and NONE THAT WAS SIGNED BEFORE IT AGREES: nothing says that this is the same log, it may be another one of its name`;
  }

  /** How the registry was with this declaration; `undefined` where that was not read. */
  lineOf(seq: number): string | undefined {
    const root = this.#roots.get(seq + 1);
    return root === undefined ? undefined : headLine({ origin: this.#origin, size: seq + 1, root });
  }

  /** Restores that count, since what came behind them is signed, and of which the auditor does not know. */
  unknown(signedSize: number): readonly Restore[] {
    const known = this.#accepted.filter(({ size, root }) => size < this.#seen || this.#roots.get(size) === root);
    const upTo = known.reduce((most, { size }) => Math.max(most, size), 0);
    return this.all.filter(({ seq }) => seq < signedSize && seq >= upTo);
  }
}

const keyOf = ({ size, root }: Pick<Claim, 'size' | 'root'>): string => `${size} ${root}`;

function lineOf(text: unknown, origin: string): Head | undefined {
  if (typeof text !== 'string' || !text.startsWith(`${origin} `)) return undefined;
  try {
    return parseHeadLine(text);
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) return undefined;
    throw error;
  }
}

/** The place of the first that is greater. @param ascending numbers */
export function firstBeyond(ascending: readonly number[], than: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) > than) high = middle;
    else low = middle + 1;
  }
  return low;
}
