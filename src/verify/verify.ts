import { REGISTRY } from '../chain/registry.js';
import { AuditError } from '../event/errors.js';
import { formatMillis } from '../event/clock.js';
import type { ChainResult } from './check-chain.js';
import { Deployment } from './deployment.js';
import type { FindingCode } from './findings.js';
import { KeptFindings } from './kept-findings.js';
import { makeReport } from './make-report.js';
import { levelOf, requireLevel } from './level.js';
import type { Pin } from './pin.js';
import type { Policy } from './policy.js';
import { RegistryCheck, type RegistryResult } from './registry/check-registry.js';
import type { NamedAnchor } from './registry/read-anchors.js';
import { handOver, type FoundRoot, type ToldPart } from './registry/told-list.js';
import { LEVELS, type Finding, type Report } from './report.js';
import type { ChainRecord, LogSource } from './source.js';
import type { VerifyState } from './state.js';
import { show } from './show.js';
import { walk, type Walked, type WalkOptions, type WalkSource } from './walk.js';

export interface VerifyOptions {
  /** Checkpoints kept outside the database. */
  readonly pins?: readonly Pin[];
  /** Content without an entry is a finding when it is older than this. Milliseconds, default 60,000. */
  readonly unsealedAfterMs?: number;
  /** Findings kept in the report, beside the first ten of each code; all are counted. Default 1,000. */
  readonly maxFindings?: number;
  /**
   * `false`: headers alone. Hashes, links, chains, and the columns that the body says; neither sections nor captured rows, nor the
   * form of bodies. The verdict is then never `VERIFIED`. @defaultValue `true`
   */
  readonly content?: boolean;
  /** What an earlier run has verified: only what came after it is read, and the report says what was taken on trust. */
  readonly since?: VerifyState;
  /**
   * Given where the next run can go on: not from headers alone, nor where anything was found but rows that wait for their entry and an
   * anchor whose newest checkpoint is old. What could not be compared (an anchor was away) would be taken on trust otherwise.
   */
  readonly onState?: (state: VerifyState) => void;
  /** Called for each page with the entries checked so far and their number by the rows of the chains. */
  readonly onProgress?: (done: number, total: number) => void;
  /** The clock of whoever verifies, milliseconds: what lies ahead of it is said. @defaultValue `Date.now` */
  readonly now?: () => number;
  /** What the auditor trusts; without it signatures are not looked at, and the level is L0. */
  readonly policy?: Policy;
  /** The anchors of the policy, as they are read from here. */
  readonly anchors?: readonly NamedAnchor[];
  /** Walks the chains by several processes or threads instead of here, and gives the parts in the order of their chains. */
  readonly walkers?: Walkers;
}

/** The registry is walked first, here; the rest by others. `onChain` is not among the options, since the rows of all chains are looked at here. */
export interface Walkers {
  /** The log up to the registry, and what comes after it. */
  readonly first: WalkSource;
  readonly others: WalkSource;
  /** The latter, by others. @param told what they are to look for */
  rest(options: Omit<WalkOptions, 'onChain' | 'proofs'>, told: ToldPart): Promise<readonly WalkedPart[]>;
}

export interface WalkedPart extends Walked {
  readonly found: readonly FoundRoot[];
}

/**
 * Recomputes every hash, link, root, commitment and projection, derives every entry anew from its captured row, and compares with
 * the pins. Goes on after each finding. Reads every entry once, in pages; needs SELECT on the log and nothing else.
 *
 * @throws what the source throws (database away, no right to read all of it): then nothing was verified; `AUDIT_STATE_INVALID`
 *   where `since` is of another deployment
 */
export async function verify(source: LogSource, options: VerifyOptions = {}): Promise<Report> {
  const { pins = [], unsealedAfterMs = 60_000, maxFindings = 1_000, content = true, since, now = Date.now } = options;
  if (since !== undefined && options.policy !== undefined) requireLevel(since, options.policy);
  const total = await source.size();
  const run = new Run(maxFindings, since);
  const walking = {
    pins,
    maxFindings,
    content,
    since: since?.chains ?? [],
    projectedFrom: await source.projectedFrom(),
    onProgress: (read: number) => options.onProgress?.(read, total),
  };
  const at = now();
  const registry = await run.registry(source, options, at);
  try {
    if (options.walkers === undefined)
      run.take(await walk(source, { ...walking, proofs: registry, onChain: run.onChain }));
    else {
      for await (const page of source.chains()) for (const record of page) run.onChain(record);
      run.take(await walk(options.walkers.first, { ...walking, proofs: registry }));
      const told = registry === undefined ? NOTHING_TOLD : registry.toSend();
      if (told === undefined) run.take(await walk(options.walkers.others, { ...walking, proofs: registry }));
      else
        for (const { found, ...walked } of await options.walkers.rest(walking, told)) {
          run.take(walked);
          if (registry !== undefined) handOver(found, registry);
        }
    }
    run.compareKnown(pins);
    run.compareProjected();
    await run.compareWhole(source, unsealedAfterMs);
    await run.compareRegistry(source, options, registry);
  } finally {
    registry?.close();
  }
  const report = makeReport(run.seen(), {
    pins,
    now: at,
    content,
    since,
    evidence: run.evidence,
    policy: options.policy,
    anchors: options.anchors ?? [],
  });
  const { name } = run;
  const isWhole = Object.keys(report.codes).every((code) => GO_ON.some((each) => each === code));
  if (isWhole && content && name !== undefined)
    options.onState?.({ verifiedAt: formatMillis(at), deployment: name, level: report.level, chains: run.states() });
  return report;
}

/** Findings that say nothing of what was read: the next run can go on behind it. After any other, something would be taken on trust that nobody has compared. */
const GO_ON: readonly FindingCode[] = ['UNSEALED', 'ANCHOR_STALE'];

const NOTHING_TOLD: ToldPart = { told: [], lastHeadsAt: undefined };

/** What all parts say together, and what can be said of the whole log alone. */
class Run {
  readonly #since: VerifyState | undefined;
  readonly #deployment: Deployment;
  readonly #findings: KeptFindings;
  readonly #counts = new Map<FindingCode, number>();
  readonly #results: ChainResult[] = [];
  #latest = { sealedAt: 0, occurredAt: 0 };
  #read = 0;
  evidence: RegistryResult | undefined;

  constructor(maxFindings: number, since: VerifyState | undefined) {
    this.#findings = new KeptFindings(maxFindings);
    this.#since = since;
    this.#deployment = new Deployment((code, message, chain) => this.#note({ code, message, ...chain }));
  }

  get name(): string | undefined {
    return this.#deployment.name;
  }

  /** @throws AuditError `AUDIT_STATE_INVALID` */
  readonly onChain = (record: ChainRecord): boolean => {
    const isNew = this.#deployment.isNew(record);
    const [said, is] = [this.#since?.deployment, this.name];
    if (said !== undefined && said !== is)
      throw new AuditError('AUDIT_STATE_INVALID', `line 1 of the state has the deployment ${said}, and this log is ${is}: is it the right database?`, { line: 1 }); // prettier-ignore
    return isNew;
  };

  take({ read, results, findings, counts, latest }: Walked): void {
    this.#read += read;
    for (const result of results) this.#results.push(result);
    for (const finding of findings) this.#findings.add(finding);
    for (const [code, count] of counts) this.#counts.set(code, (this.#counts.get(code) ?? 0) + count);
    const { sealedAt, occurredAt } = this.#latest;
    this.#latest = {
      sealedAt: Math.max(sealedAt, latest.sealedAt),
      occurredAt: Math.max(occurredAt, latest.occurredAt),
    };
  }

  /** What is signed and anchored is read before anything else. */
  async registry(source: LogSource, options: VerifyOptions, now: number): Promise<RegistryCheck | undefined> {
    if (source.evidence === undefined) return undefined;
    const origin = await registryOrigin(source);
    const { policy, anchors = [] } = options;
    const seen = this.#since?.chains.find(({ chain }) => chain === REGISTRY.chain)?.size;
    const check = new RegistryCheck(policy, (code, message, entry) => this.#note({ code, message, origin: check.origin, chain: 0, ...entry }), now, seen); // prettier-ignore
    try {
      await check.begin(source.evidence, anchors, origin ?? '');
      return check;
    } catch (error) {
      check.close(); // what it has put on the disk
      throw error;
    }
  }

  async compareRegistry(
    source: LogSource,
    { policy, content = true }: VerifyOptions,
    registry: RegistryCheck | undefined,
  ): Promise<void> {
    const { name } = this;
    if (policy !== undefined && name !== undefined && name !== policy.origin)
      this.#note({
        code: 'ORIGIN_DIFFERS',
        message: `the policy is about ${policy.origin}, and this log is ${show(name)}`,
      });
    for (const origin of policy?.chains ?? [])
      if (!this.#deployment.has(origin)) this.#note({ code: 'CHAIN_MISSING', message: 'the policy expects this chain, and it is not in this database', origin }); // prettier-ignore
    if (registry !== undefined && source.evidence !== undefined) {
      if (content && this.#since === undefined) await registry.compareHeads(source.evidence);
      this.evidence = registry.end(this.#results, this.#since?.chains);
    }
    const level = levelOf(this.evidence, this.#since, content);
    if (policy !== undefined && LEVELS.indexOf(level) < LEVELS.indexOf(policy.level))
      this.#note({ code: 'BELOW_LEVEL', message: `${level} is proved, and the policy asks for ${policy.level}` });
  }

  compareKnown(pins: readonly Pin[]): void {
    const pinned = new Set(pins.map(({ origin }) => origin));
    for (const origin of pinned) {
      if (!this.#deployment.has(origin))
        this.#note({ code: 'CHAIN_MISSING', message: 'the pinned chain is not in this database', origin });
    }
    for (const { origin, chain } of this.#since?.chains ?? []) {
      if (!this.#deployment.has(origin))
        this.#note({ code: 'CHAIN_MISSING', message: 'the chain of the state is not in this database', origin, chain });
    }
  }

  /** One sealer followed the other: all that was sealed before there were the later projections lies before all that has them. */
  compareProjected(): void {
    let first = Number.POSITIVE_INFINITY;
    for (const { projectedSince } of this.#results) if (projectedSince !== undefined && projectedSince < first) first = projectedSince; // prettier-ignore
    for (const result of this.#results) {
      const { origin, chain, unprojectedUntil } = result;
      if (unprojectedUntil === undefined || unprojectedUntil < first) continue;
      result.findings += 1;
      this.#note({ code: 'PROJECTION_ALTERED', message: 'entries have neither source, e-mail nor address, and were sealed after others that have', origin, chain }); // prettier-ignore
    }
  }

  async compareWhole(source: LogSource, unsealedAfterMs: number): Promise<void> {
    const [there, known] = [await source.count(), this.#read + this.#unread()];
    if (there !== known) {
      const what = this.#since === undefined ? 'were read' : 'were read, now or before';
      this.#note({ code: 'ENTRY_UNREAD', message: `${known} entries ${what}, and there are ${there}` });
    }
    const { positions, ids } = await source.doubles();
    if (positions.length > 0)
      this.#note({ code: 'ENTRY_UNREAD', message: `more than one entry at the positions ${positions.join(', ')}` });
    if (ids.length > 0)
      this.#note({ code: 'ENTRY_UNREAD', message: `more than one entry with the ids ${ids.join(', ')}` });
    const unsealed = await source.unsealed(unsealedAfterMs);
    if (unsealed.count === 0) return;
    const rest = unsealed.count > unsealed.positions.length ? ', …' : '';
    const message = `${unsealed.count} rows of content have no entry (positions ${unsealed.positions.join(', ')}${rest})`;
    this.#note({ code: 'UNSEALED', message });
  }

  /** Entries of a state that were not read again: all but the last of each chain. */
  #unread(): number {
    return (this.#since?.chains ?? []).reduce((sum, { size }) => sum + size - 1, 0);
  }

  states(): VerifyState['chains'] {
    return this.#results
      .filter(({ findings, entries }) => findings === 0 && entries > 0)
      .map(({ origin, chain, entries, hash, frontier }) => ({ origin, chain, size: entries, hash, frontier }));
  }

  seen(): Walked {
    const [read, latest] = [this.#read + this.#unread(), this.#latest];
    return { read, results: this.#results, findings: this.#findings.list, counts: this.#counts, latest };
  }

  #note(finding: Finding): void {
    this.#counts.set(finding.code, (this.#counts.get(finding.code) ?? 0) + 1);
    this.#findings.add(finding);
  }
}

/** As its row says; it is the first of all. */
async function registryOrigin(source: LogSource): Promise<string | undefined> {
  for await (const page of source.chains()) return page.find(({ chain }) => chain === REGISTRY.chain)?.origin;
  return undefined;
}
