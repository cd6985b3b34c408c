import { NO_PREVIOUS, type Digest } from '../chain/hashing.js';
import { entryHash, isOrigin } from '../chain/leaf.js';
import { encodeFrontier, FrontierBuilder, type Frontier } from '../chain/merkle.js';
import { REGISTRY } from '../chain/registry.js';
import { formatMillis, type Micros } from '../event/clock.js';
import { checkEntry, isUnprojected } from './check-entry.js';
import { checkNoOpening, checkOpening } from './check-opening.js';
import type { LateId } from './compare-captured.js';
import type { FindingCode } from './findings.js';
import type { Pin } from './pin.js';
import type { ChainReport, Note } from './report.js';
import { RootsAt, type Wanted } from './roots-at.js';
import { show } from './show.js';
import type { ChainRecord, EntryRecord } from './source.js';
import type { ChainState } from './state.js';

export interface ChainResult extends Omit<ChainReport, 'findings'> {
  /** What the other changes of a transaction tell may come after the last entry. */
  findings: number;
  readonly sections: number;
  /** Entries without the later projections, from before there were any. */
  readonly unprojected: number;
  /** When the last of them was sealed, and the first that has them. */
  readonly unprojectedUntil?: Micros | undefined;
  readonly projectedSince?: Micros | undefined;
  readonly firstSealedAt?: number | undefined;
  readonly lastSealedAt?: number | undefined;
  readonly pinsCompared: number;
  readonly pinsAgreed: number;
  /** Pins of sizes that were taken on trust: nothing was compared with them. */
  readonly pinsBefore: number;
  /** Up to which size it was sealed before the registry told of chains for the last time. */
  readonly sealedBefore: number;
  /** Of the last entry, and the tree up to it: where the next run can go on. */
  readonly hash: Digest;
  readonly frontier: Frontier;
}

export interface ChainCheckOptions {
  readonly pins?: readonly Pin[];
  readonly note: Note;
  /** What was verified before: entries from the last of it on are given, and nothing before is looked at. */
  readonly since?: ChainState | undefined;
  /** Tree hashes that somebody else compares. */
  readonly wanted?: Wanted | undefined;
  /** Entries that were sealed before are counted. */
  readonly lastHeadsAt?: Micros | undefined;
  /** Below this position entries may be without the later projections. */
  readonly projectedFrom?: number | undefined;
}

/** Walks one chain from its first entry to its last, and goes on after every finding. */
export class ChainCheck {
  readonly #chain: ChainRecord;
  readonly #pins: readonly Pin[];
  readonly #note: Note;
  readonly #since: ChainState | undefined;
  readonly #tree: FrontierBuilder;
  readonly #rootAt = new Map<number, Digest>();
  readonly #wanted: readonly RootsAt[];
  readonly #lastHeadsAt: Micros;
  readonly #projectedFrom: number;
  /** Once an entry has them, all that come after it do: they were sealed later. */
  #projectedSince: Micros | undefined;
  #unprojected = 0;
  #unprojectedUntil: Micros | undefined;
  #sealedBefore = 0;
  #findings = 0;
  #next: number;
  #prev: Digest;
  /** Whether the entry was met from which this check goes on. */
  #isJoined: boolean;
  #sections = 0;
  #firstSealedAt: Micros | undefined;
  #lastSealedAt: Micros | undefined;
  #sealedAt = { at: 0, text: sealedTime(0) };
  #result: ChainResult | undefined;

  constructor(
    chain: ChainRecord,
    { pins = [], note, since, wanted, lastHeadsAt, projectedFrom = 0 }: ChainCheckOptions,
  ) {
    this.#chain = chain;
    this.#pins = pins;
    this.#note = note;
    this.#since = since;
    this.#tree = new FrontierBuilder(since?.frontier);
    this.#next = since?.size ?? 0;
    this.#prev = since?.hash ?? NO_PREVIOUS;
    this.#isJoined = since === undefined;
    const pinned = { sizes: pins.map(({ size }) => size).toSorted((a, b) => a - b), root: (size: number, root: Digest) => void this.#rootAt.set(size, root) }; // prettier-ignore
    this.#wanted = [pinned, ...(wanted === undefined ? [] : [wanted])].map((each) => new RootsAt(each));
    this.#lastHeadsAt = lastHeadsAt ?? Number.NEGATIVE_INFINITY;
    this.#projectedFrom = projectedFrom;
    if (since === undefined) this.#tellRoots();
    if (!isOrigin(chain.origin)) this.found('CHAIN_ALTERED', `the origin ${show(chain.origin)} is not well-formed`);
    else if (!chain.origin.endsWith(`/${nameOf(chain.chain)}`))
      this.found('CHAIN_ALTERED', `the origin of chain ${chain.chain} does not end with ${nameOf(chain.chain)}`);
    if ((chain.chain === REGISTRY.chain) !== (chain.tenant === REGISTRY.tenant))
      this.found('CHAIN_ALTERED', `chain ${chain.chain} has the tenant ${show(chain.tenant)}: that of the registry is the registry's alone`); // prettier-ignore
  }

  readonly found: Note = (...args) => {
    this.#findings += 1;
    if (this.#result !== undefined) this.#result.findings += 1;
    this.#note(...args);
  };

  /** Entries come in the order of `seq`. @returns what only the other changes of the entry's transaction can tell */
  entry(entry: EntryRecord): LateId | undefined {
    const { seq, id } = entry;
    const at = { seq, id };
    if (this.#since !== undefined && seq < this.#since.size) {
      this.#join(entry, this.#since);
      return undefined;
    }
    const isOld = this.#isUnprojected(entry);
    const found = (code: FindingCode, message: string): void => this.found(code, message, at);
    const { sections, late } = checkEntry(entry, this.#chain.tenant, found, isOld);
    this.#sections += sections;
    if (seq < this.#next) {
      const what = seq < 0 ? `entry ${seq} is before the first` : `there is more than one entry ${seq}`;
      this.found('ENTRY_EXTRA', what, at);
      return late;
    }
    const { origin } = this.#chain;
    if (seq !== this.#next) {
      const next = this.#next;
      const what = seq === next + 1 ? `entry ${next} is missing` : `entries ${next} to ${seq - 1} are missing`;
      this.found('ENTRY_MISSING', what, { seq: next });
    }
    if (this.#lastSealedAt !== undefined && entry.sealedAt < this.#lastSealedAt)
      this.found('TIME_BACKWARDS', `sealed before the entry in front of it`, at);
    const expected = entryHash(
      { origin, seq, sealedAt: this.#sealedText(entry.sealedAt), prev: this.#prev },
      entry.body,
    );
    // After a hole nothing is known of the entry before: only its hash could tell, and that is gone.
    if (expected !== entry.hash && seq === this.#next)
      this.found('ENTRY_ALTERED', `entry ${seq} was changed, or it does not follow entry ${seq - 1}`, at);
    if (seq === 0) checkOpening(entry, this.#chain, this.found);
    else checkNoOpening(entry, this.found);
    this.#append(entry);
    return late;
  }

  /** The last entry that was taken on trust is there still, and has the hash it had. */
  #join({ seq, id, hash, sealedAt, source }: EntryRecord, since: ChainState): void {
    if (seq !== since.size - 1) return;
    if (source !== null) this.#projectedSince ??= sealedAt;
    if (this.#isJoined) this.found('ENTRY_EXTRA', `there is more than one entry ${seq}`, { seq, id });
    else if (hash !== since.hash)
      this.found('CHAIN_REWRITTEN', `entry ${seq} is not the one at which the state was saved`, { seq, id });
    this.#isJoined = true;
    this.#lastSealedAt = sealedAt;
    this.#tellRoots();
  }

  #isUnprojected(entry: EntryRecord): boolean {
    if (entry.source !== null) this.#projectedSince ??= entry.sealedAt;
    if (this.#projectedSince !== undefined || entry.pos >= this.#projectedFrom || !isUnprojected(entry)) return false;
    this.#unprojected += 1;
    this.#unprojectedUntil = entry.sealedAt;
    return true;
  }

  #tellRoots(): void {
    for (const wanted of this.#wanted) wanted.at(this.#next, this.#tree, this.#lastSealedAt ?? 0);
  }

  /** Entries of one batch were sealed at one time. */
  #sealedText(at: Micros): string {
    if (at !== this.#sealedAt.at) this.#sealedAt = { at, text: sealedTime(at) };
    return this.#sealedAt.text;
  }

  #append({ hash, seq, sealedAt }: EntryRecord): void {
    this.#tree.append(hash);
    this.#prev = hash;
    this.#next = seq + 1;
    this.#firstSealedAt ??= sealedAt;
    this.#lastSealedAt = sealedAt;
    if (sealedAt < this.#lastHeadsAt) this.#sealedBefore = this.#next;
    this.#tellRoots();
  }

  end(): ChainResult {
    const { origin, chain, tenant } = this.#chain;
    this.#checkJoint();
    if (this.#isJoined) this.#checkHead();
    const since = this.#since?.size ?? 0;
    const pins = this.#pins.filter(({ size }) => size >= since);
    const agreed = pins.filter((pin) => this.#checkPin(pin));
    this.#result = {
      origin,
      chain,
      tenant,
      entries: this.#tree.size,
      trusted: this.#since?.size,
      root: Buffer.from(this.#tree.root(), 'hex').toString('base64'),
      findings: this.#findings,
      pinnedSize: agreed.length > 0 ? agreed.reduce((most, pin) => Math.max(most, pin.size), 0) : undefined,
      sections: this.#sections,
      unprojected: this.#unprojected,
      unprojectedUntil: this.#unprojectedUntil,
      projectedSince: this.#projectedSince,
      firstSealedAt: this.#firstSealedAt,
      lastSealedAt: this.#lastSealedAt,
      pinsCompared: pins.length,
      pinsAgreed: agreed.length,
      pinsBefore: this.#pins.length - pins.length,
      sealedBefore: this.#sealedBefore,
      hash: this.#prev,
      frontier: this.#tree.frontier(),
    };
    return this.#result;
  }

  #checkJoint(): void {
    if (this.#isJoined || this.#since === undefined) return;
    const seq = this.#since.size - 1;
    this.found('CHAIN_CUT', `entry ${seq}, at which the state was saved, is not there`, { seq });
  }

  #checkHead(): void {
    const [{ size, hash, frontier }, next] = [this.#chain, this.#next];
    if (size < next) this.found('ENTRY_EXTRA', `the chain has ${size} entries by its row, ${next} by its sequence`);
    else if (size > next)
      this.found('ENTRY_MISSING', `entries ${next} to ${size - 1} are missing at the end`, { seq: next });
    // Of a size that is no number, neither less nor more is so.
    else if (size !== next) this.found('CHAIN_ALTERED', `the row of the chain has the size ${show(size)}`);
    else if (hash !== this.#prev)
      this.found('CHAIN_ALTERED', 'the hash in the row of the chain is not that of the last entry');
    else if (frontier !== encodeFrontier(this.#tree.frontier()))
      this.found('CHAIN_ALTERED', 'the frontier in the row of the chain is not that of its entries');
    // Row and opening are written at once: there never is a chain without entries.
    if (size === 0 && next === 0) this.found('OPENING_WRONG', 'the chain has no entry, not even its opening');
  }

  #checkPin(pin: Pin): boolean {
    if (pin.size > this.#next) {
      const message = `the chain has ${this.#next} entries, and had ${pin.size} when it was pinned`;
      this.found('CHAIN_CUT', message, { seq: this.#next });
      return false;
    }
    if (this.#rootAt.get(pin.size) === pin.root) return true;
    this.found('CHAIN_REWRITTEN', `the first ${pin.size} entries are not those that were pinned`);
    return false;
  }
}

/** What the origin of a chain ends with. */
function nameOf(chain: number): string {
  return chain === REGISTRY.chain ? REGISTRY.name : String(chain);
}

/** As it was hashed. A sealer writes milliseconds; what it cannot have written hashes to nothing that is stored. */
function sealedTime(at: Micros): string {
  return Number.isSafeInteger(at) && at >= 0 && at % 1000 === 0
    ? formatMillis(at / 1000)
    : 'no time that a sealer writes';
}
