import type { Micros } from '../event/clock.js';
import { ChainCheck, type ChainResult } from './check-chain.js';
import { Deployment } from './deployment.js';
import { LateIds } from './late-ids.js';
import { makeReport, type Seen } from './make-report.js';
import type { Pin } from './pin.js';
import type { Finding, FindingCode, Report } from './report.js';
import type { ChainRecord, EntryRecord, LogSource } from './source.js';

export interface VerifyOptions {
  /** Checkpoints kept outside the database. */
  readonly pins?: readonly Pin[];
  /** Content without an entry is a finding when it is older than this. Milliseconds, default 60,000. */
  readonly unsealedAfterMs?: number;
  /** Findings kept in the report; all are counted. Default 1,000. */
  readonly maxFindings?: number;
  /**
   * `false`: headers alone. Hashes, links, chains, and the columns that the body says; neither sections nor captured rows, nor the
   * form of bodies. The verdict is then never `VERIFIED`. @defaultValue `true`
   */
  readonly content?: boolean;
  /** Called for each page with the entries checked so far and their number by the rows of the chains. */
  readonly onProgress?: (done: number, total: number) => void;
  /** The clock of whoever verifies, milliseconds: what lies ahead of it is said. @defaultValue `Date.now` */
  readonly now?: () => number;
}

/**
 * Recomputes every hash, link, root, commitment and projection, derives every entry anew from its captured row, and compares with
 * the pins. Goes on after each finding. Reads every entry once, in pages; needs SELECT on the log and nothing else.
 *
 * @throws what the source throws (database away, no right to read all of it): then nothing was verified
 */
export async function verify(source: LogSource, options: VerifyOptions = {}): Promise<Report> {
  const { pins = [], unsealedAfterMs = 60_000, maxFindings = 1_000, content = true, onProgress, now = Date.now } = options;
  const run = new Run(source, { pins, maxFindings, content });
  const total = await source.size();
  for await (const page of source.entries({ content })) {
    for (const entry of page) {
      // Nearly all of them have nothing to wait for.
      const waiting = run.entry(entry);
      if (waiting !== undefined) await waiting;
    }
    onProgress?.(run.read, total);
  }
  await run.end(unsealedAfterMs);
  return makeReport(run.seen(), { pins, now: now() });
}

/** Walks rows of chains and rows of entries side by side, both in the order of the chains' numbers. */
class Run {
  readonly #source: LogSource;
  readonly #chains: AsyncIterator<ChainRecord>;
  readonly #late: LateIds;
  readonly #deployment: Deployment;
  readonly #pins: ReadonlyMap<string, readonly Pin[]>;
  readonly #maxFindings: number;
  readonly #content: boolean;
  readonly #findings: Finding[] = [];
  readonly #counts = new Map<FindingCode, number>();
  readonly #results: ChainResult[] = [];
  #current: { readonly record: ChainRecord; readonly check: ChainCheck } | undefined;
  #isLastChain = false;
  /** Entries of the chain without a row that is being read. */
  #stray: { readonly chain: number; count: number } | undefined;
  #latest: { sealedAt: Micros; occurredAt: Micros } = { sealedAt: 0, occurredAt: 0 };
  read = 0;

  constructor(source: LogSource, options: { pins: readonly Pin[]; maxFindings: number; content: boolean }) {
    const { pins, maxFindings, content } = options;
    this.#source = source;
    this.#chains = each(source.chains());
    this.#late = new LateIds(source);
    this.#deployment = new Deployment((code, message, chain) => this.#note({ code, message, ...chain }));
    this.#maxFindings = maxFindings;
    this.#content = content;
    const byOrigin = new Map<string, Pin[]>();
    for (const pin of pins) {
      const others = byOrigin.get(pin.origin);
      if (others) others.push(pin);
      else byOrigin.set(pin.origin, [pin]);
    }
    this.#pins = byOrigin;
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
    const late = check.entry(this.#content || entry.content === undefined ? entry : { ...entry, content: undefined });
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
    if (!this.#deployment.isNew(record)) return;
    const { origin, chain } = record;
    const check = new ChainCheck(record, this.#pins.get(origin) ?? [], (code, message, entry) =>
      this.#note({ code, message, origin, chain, ...entry }),
    );
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
  async end(unsealedAfterMs: number): Promise<void> {
    while (!this.#isLastChain) await this.#nextChain();
    this.#endStray();
    await this.#late.settle();
    for (const origin of this.#pins.keys()) {
      if (!this.#deployment.has(origin))
        this.#note({ code: 'CHAIN_MISSING', message: 'the pinned chain is not in this database', origin });
    }
    const there = await this.#source.count();
    if (there !== this.read)
      this.#note({ code: 'ENTRY_UNREAD', message: `${this.read} entries were read, and there are ${there}` });
    const { positions, ids } = await this.#source.doubles();
    if (positions.length > 0)
      this.#note({ code: 'ENTRY_UNREAD', message: `more than one entry at the positions ${positions.join(', ')}` });
    if (ids.length > 0)
      this.#note({ code: 'ENTRY_UNREAD', message: `more than one entry with the ids ${ids.join(', ')}` });
    const unsealed = await this.#source.unsealed(unsealedAfterMs);
    if (unsealed.count === 0) return;
    const rest = unsealed.count > unsealed.positions.length ? ', …' : '';
    const message = `${unsealed.count} rows of content have no entry (positions ${unsealed.positions.join(', ')}${rest})`;
    this.#note({ code: 'UNSEALED', message });
  }

  seen(): Seen {
    return {
      entries: this.read,
      results: this.#results,
      findings: this.#findings,
      counts: this.#counts,
      latest: this.#latest,
    };
  }

  #note(finding: Finding): void {
    this.#counts.set(finding.code, (this.#counts.get(finding.code) ?? 0) + 1);
    if (this.#findings.length < this.#maxFindings) this.#findings.push(finding);
  }
}

async function* each<T>(pages: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const page of pages) yield* page;
}
