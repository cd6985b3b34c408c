import type { Micros } from '../event/clock.js';
import { REGISTRY } from '../chain/registry.js';
import { ChainCheck, type ChainResult } from './check-chain.js';
import type { FindingCode } from './findings.js';
import { KeptFindings } from './kept-findings.js';
import { LateIds } from './late-ids.js';
import type { Pin } from './pin.js';
import type { Finding } from './report.js';
import type { ChainRecord, EntryRecord, LogSource } from './source.js';
import type { ChainState } from './state.js';
import type { Wanted } from './roots-at.js';

export interface WalkOptions {
  readonly pins: readonly Pin[];
  readonly maxFindings: number;
  /** `false`: headers alone. */
  readonly content: boolean;
  /** Below this position entries may be without the later projections. */
  readonly projectedFrom: number;
  /** What is taken on trust. */
  readonly since: readonly ChainState[];
  readonly onProgress?: ((read: number) => void) | undefined;
  /** Tree hashes of chains that somebody else compares. */
  readonly proofs?: ChainProofs | undefined;
  /** Told of each row of a chain, in their order. False: nothing more is looked at in it. */
  readonly onChain?: ((record: ChainRecord) => boolean) | undefined;
}

/** What stands on a chain beside itself: asked for when its row is met, in the order of the chains. */
export interface ChainProofs {
  wanted(chain: number): Wanted;
  /** Told of each entry of the registry, when it has been checked. */
  entry?(entry: EntryRecord): void;
  /** When the registry told of chains for the last time: entries that were sealed before are counted. */
  readonly lastHeadsAt?: Micros | undefined;
}

/** What was met on a walk through the log, or through some of its chains. Plain values: they can be sent from one thread to another. */
export interface Walked {
  /** Rows of entries. */
  readonly read: number;
  readonly results: readonly ChainResult[];
  readonly findings: readonly Finding[];
  readonly counts: ReadonlyMap<FindingCode, number>;
  readonly latest: { readonly sealedAt: Micros; readonly occurredAt: Micros };
}

/** What a walk reads. */
export type WalkSource = Pick<LogSource, 'chains' | 'entries' | 'latestChanges'>;

/** Walks rows of chains and rows of entries side by side, both in the order of the chains' numbers. Reads every entry once, in pages. */
export async function walk(source: WalkSource, options: WalkOptions): Promise<Walked> {
  const walking = new Walk(source, options);
  const since = new Map(options.since.map(({ chain, size }) => [chain, size - 1]));
  for await (const page of source.entries({ content: options.content, since })) {
    for (const entry of page) {
      if (entry.seq < (since.get(entry.chain) ?? Number.NEGATIVE_INFINITY)) continue;
      // Nearly all of them have nothing to wait for.
      const waiting = walking.entry(entry);
      if (waiting !== undefined) await waiting;
    }
    options.onProgress?.(walking.read);
  }
  return await walking.end();
}

class Walk {
  readonly #options: WalkOptions;
  readonly #chains: AsyncIterator<ChainRecord>;
  readonly #late: LateIds;
  readonly #pins = new Map<string, Pin[]>();
  readonly #since: ReadonlyMap<string, ChainState>;
  readonly #findings: KeptFindings;
  readonly #counts = new Map<FindingCode, number>();
  readonly #results: ChainResult[] = [];
  #current: { readonly record: ChainRecord; readonly check: ChainCheck } | undefined;
  #isLastChain = false;
  /** Entries of the chain without a row that is being read. */
  #stray: { readonly chain: number; count: number } | undefined;
  readonly #latest: { sealedAt: Micros; occurredAt: Micros } = { sealedAt: 0, occurredAt: 0 };
  read = 0;

  constructor(source: WalkSource, options: WalkOptions) {
    this.#options = options;
    this.#findings = new KeptFindings(options.maxFindings);
    this.#chains = each(source.chains());
    this.#late = new LateIds(source);
    this.#since = new Map(options.since.map((state) => [state.origin, state]));
    for (const pin of options.pins) {
      const others = this.#pins.get(pin.origin);
      if (others) others.push(pin);
      else this.#pins.set(pin.origin, [pin]);
    }
  }

  entry(entry: EntryRecord): Promise<void> | undefined {
    this.read += 1;
    return this.#isBefore(entry.chain) ? this.#entryOfNext(entry) : this.#entryOfCurrent(entry);
  }

  /** Whether there may be a row of a chain that comes before the rows of this chain. */
  #isBefore(chain: number): boolean {
    return !this.#isLastChain && (this.#current === undefined || this.#current.record.chain < chain);
  }

  async #entryOfNext(entry: EntryRecord): Promise<void> {
    while (this.#isBefore(entry.chain)) await this.#nextChain();
    await this.#entryOfCurrent(entry);
  }

  #entryOfCurrent(entry: EntryRecord): Promise<void> | undefined {
    if (this.#current?.record.chain !== entry.chain) {
      this.#strayEntry(entry.chain);
      return undefined;
    }
    const { check } = this.#current;
    const asked = this.#options.content || entry.content === undefined ? entry : { ...entry, content: undefined };
    const late = check.entry(asked);
    if (entry.chain === REGISTRY.chain) this.#options.proofs?.entry?.(asked);
    if (entry.sealedAt > this.#latest.sealedAt) this.#latest.sealedAt = entry.sealedAt;
    if (entry.occurredAt > this.#latest.occurredAt) this.#latest.occurredAt = entry.occurredAt;
    if (late === undefined) return undefined;
    const { seq, id } = entry;
    return this.#late.add(late, (message) => check.found('ID_WRONG', message, { seq, id }));
  }

  async #nextChain(): Promise<void> {
    this.#endChain();
    const next = await this.#chains.next();
    if (next.done === true) {
      this.#isLastChain = true;
      return;
    }
    const record = next.value;
    if (this.#options.onChain?.(record) === false) return;
    const { origin, chain } = record;
    const state = this.#since.get(origin);
    const check = new ChainCheck(record, {
      pins: this.#pins.get(origin) ?? [],
      since: state?.chain === chain ? state : undefined,
      wanted: this.#options.proofs?.wanted(chain),
      lastHeadsAt: this.#options.proofs?.lastHeadsAt,
      projectedFrom: this.#options.projectedFrom,
      note: (code, message, entry) => this.#note({ code, message, origin, chain, ...entry }),
    });
    this.#current = { record, check };
  }

  #endChain(): void {
    if (this.#current !== undefined) this.#results.push(this.#current.check.end());
    this.#current = undefined;
  }

  #strayEntry(chain: number): void {
    if (this.#stray?.chain !== chain) {
      this.#endStray();
      this.#stray = { chain, count: 0 };
    }
    this.#stray.count += 1;
  }

  #endStray(): void {
    if (this.#stray === undefined) return;
    const { chain, count } = this.#stray;
    this.#note({ code: 'CHAIN_MISSING', message: `chain ${chain} has ${count} entries but no row`, chain });
  }

  /** What can be said only when all has been read. */
  async end(): Promise<Walked> {
    while (!this.#isLastChain) await this.#nextChain();
    this.#endStray();
    await this.#late.settle();
    const [read, results, findings, counts, latest] = [this.read, this.#results, this.#findings.list, this.#counts, this.#latest]; // prettier-ignore
    return { read, results, findings, counts, latest };
  }

  #note(finding: Finding): void {
    this.#counts.set(finding.code, (this.#counts.get(finding.code) ?? 0) + 1);
    this.#findings.add(finding);
  }
}

async function* each<T>(pages: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const page of pages) yield* page;
}
