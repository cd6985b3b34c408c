import { accessEvent, type AccessEvent } from '../event/access-event.js';
import type { ActionBook } from '../event/action-book.js';
import type { ActionName, AuditEventOf } from '../event/action-types.js';
import { within } from '../event/deadline.js';
import type { Check } from '../event/check.js';
import { unfailing } from '../event/errors.js';
import type { AuditEvent } from '../event/types.js';
import type { Followers, FollowHandler, Following, FollowOptions } from '../follow/index.js';
import type { CheckedEvidence } from '../checkpoint/check-evidence.js';
import { signingOf } from '../checkpoint/signing.js';
import { AnonymousBound, type RequestFacts } from '../http/anonymous-bound.js';
import { auditApi, type AuditApi, type RawClient } from '../prisma/api.js';
import type { AuditReader } from '../query/reader.js';
import type { Receipt, Recorder, RecordOptions } from '../recorder/port.js';
import type { CloseFacts, QueueFacts } from '../recorder/queue-options.js';
import { QueueRecorder } from '../recorder/queue.js';
import { takeReads } from '../recorder/read.port.js';
import { ReadLog, type ReadSink } from '../recorder/reads.js';
import type { Sealer, SealerState } from '../sealer/sealer.js';
import type { ContentStore, Pending } from '../store/content.port.js';
import { postgresContentStore, schemaMissing } from '../store/postgres/content-store.js';
import { missingMigrations } from '../store/postgres/migrate.js';
import type { Pool } from '../store/postgres/pool.js';
import { followTraces, measure, Tally } from '../telemetry/index.js';
import { VIEWER, type ViewerSource } from '../viewer/port.js';
import type { ExportEntries } from './export-entries.js';
import { exporterOf } from './exporting.js';
import { flush } from './flush.js';
import { followersOf } from './followers-of.js';
import { health, type AuditHealth } from './health.js';
import { Pools } from './pools.js';
import { judge, probe } from './probe.js';
import { warn } from './warnings.js';
import { checkOptions, type AuditOptions, type CheckedOptions } from './options.js';
import { readerOf, Untold } from './reader-of.js';
import { sealerOf } from './sealer-of.js';
import { viewerSourceOf } from './viewer-source.js';

export interface AuditFacts extends QueueFacts, RequestFacts {
  readonly sealer: SealerState | 'off';
}

const HEALTH_TIMEOUT_MS = 2_000;

/** The parts put together, without any framework, and started: for scripts, jobs and other servers. `close()` it when done. */
export function createAudit(options: AuditOptions): Audit {
  const audit = new Audit(checkOptions(options));
  audit.start();
  return audit;
}

export class Audit implements Recorder {
  /** Reads sealed entries. */
  readonly query: AuditReader;
  /** Takes sealed entries along, as a stream. */
  readonly export: ExportEntries;
  readonly #pools: Pools;
  readonly #poolOfReaders: Pool;
  readonly #content: ContentStore;
  readonly #recorder: QueueRecorder;
  readonly #requests: AnonymousBound;
  readonly #reads: ReadLog;
  readonly #sealer: Sealer | undefined;
  readonly #options: CheckedOptions;
  readonly #tally = new Tally();
  readonly #untold: Untold;
  readonly #followers: Followers;
  #checks: readonly Check[] | undefined;
  #viewer: ViewerSource | undefined;
  #asking: Promise<Pending> | undefined;
  #leaveReads: (() => void) | undefined;
  #measuring: Promise<() => void> | undefined;
  #closing: Promise<CloseFacts> | undefined;

  constructor(options: CheckedOptions) {
    this.#options = options;
    this.#pools = new Pools(options);
    this.#content = postgresContentStore(this.#pools.app, options.schema);
    this.#recorder = new QueueRecorder(this.#content, options);
    this.#requests = new AnonymousBound(this.#tally.of(this.#recorder), {
      perMinute: options.anonymousPerMinute,
      onError: unfailing(options.onError),
    });
    this.#reads = new ReadLog(this.#readSink(), options);
    this.#sealer = sealerOf(options, () => this.#pools.of(options.sealerUrl, 'sealer'));
    const readers = this.#pools.of(options.readerUrl, 'reader');
    this.#poolOfReaders = readers;
    this.#untold = new Untold(unfailing(options.onError));
    this.query = readerOf(
      options,
      (url, part) => (part === 'reader' ? readers : this.#pools.of(url, part)),
      this.#untold,
    );
    this.export = exporterOf(readers, options.schema, this.query);
    this.#followers = followersOf(options, () => this.#pools.ofFollowers(options));
  }

  /** What a viewer stands on. */
  get [VIEWER](): ViewerSource {
    const { auditorUrl, sealerUrl } = this.#options;
    let proving: Pool | undefined;
    const whole = (): Pool => (proving ??= this.#pools.of(auditorUrl ?? sealerUrl, auditorUrl === undefined ? 'sealer' : 'auditor')); // prettier-ignore
    return (this.#viewer ??= viewerSourceOf(this, this.#options, { readers: this.#poolOfReaders, whole }));
  }

  #readSink(): ReadSink {
    return {
      take: (row, durability) => {
        const receipt = this.#recorder.take(row, durability);
        this.#tally.took(JSON.parse(row.header) as Pick<AuditEvent, 'outcome'>, 'read'); // the door's own
        return receipt;
      },
      lose: (error) => this.#recorder.lose(error),
    };
  }

  /** What events are checked against. A feature may add to it before the application takes requests. */
  get actions(): ActionBook {
    return this.#options.actions;
  }

  get facts(): AuditFacts {
    const facts = this.#recorder.facts;
    const waiting = facts.waiting + this.#reads.waiting;
    return { ...facts, waiting, ...this.#requests.facts, sealer: this.#sealer?.state ?? 'off' };
  }

  /** What this process is to do about signatures, as a sentence for its start; `undefined` where it does not seal. */
  get signing(): ReturnType<typeof signingOf> | undefined {
    const { evidence } = this.#options;
    return this.#sealer && evidence && signingOf(evidence);
  }

  /** Starts sealing, if this process does, takes what clients tell of reads, and tells OpenTelemetry, if the application has it. */
  start(): void {
    this.#sealer?.start();
    this.#leaveReads ??= takeReads(this.#options.schema, this.#reads, (gap) => this.#recorder.gap(gap));
    this.#measuring ??= this.#measure();
  }

  /** Resolves when contexts know the active span. */
  async traces(): Promise<void> {
    await followTraces();
  }

  #measure(): Promise<() => void> {
    const { name } = this.#options;
    const tally = this.#tally;
    void followTraces();
    return measure({
      name,
      counts: () => ({ ...this.facts, entries: tally.entries, denied: tally.denied }),
      queue: () => this.facts,
      backlog: () => within(HEALTH_TIMEOUT_MS, this.#pending()).catch(() => undefined),
      followers: () => within(HEALTH_TIMEOUT_MS, this.#followers.states()).catch(() => undefined),
    });
  }

  /** One question at a time, whoever asks: a database that gives no answer must not cost us all our connections. */
  #pending(): Promise<Pending> {
    return (this.#asking ??= this.#content.pending().finally(() => (this.#asking = undefined)));
  }

  /** How it is, within `timeoutMs` (milliseconds, default 2,000). Never rejects. */
  health({ timeoutMs = HEALTH_TIMEOUT_MS }: { timeoutMs?: number } = {}): Promise<AuditHealth> {
    const known = {
      pending: () => this.#pending(),
      facts: this.facts,
      failing: this.#recorder.failing,
      chainsAside: this.#sealer?.chainsAside,
      unsigned: this.#sealer?.refusal,
      keptOut: this.#sealer?.keptOut,
      heartbeatMs: heartbeatOf(this.#options.evidence),
      maxQueue: this.#options.maxQueue,
      denied: this.#tally.denied,
      untold: this.#untold.count,
      followers: () => this.#followers.states(),
      sealer: this.#sealer?.state ?? ('off' as const),
      closed: this.#closing !== undefined,
      checks: this.#checks,
    };
    return health(known, timeoutMs);
  }

  /**
   * @throws AuditError `AUDIT_SCHEMA_MISSING` when the log is not installed or older than this package, `AUDIT_PRIVILEGE_MISSING`
   *   when this role has no part in it, `AUDIT_SPOOL_UNUSABLE` when the spool's directory cannot be used; what the driver throws when the database cannot be reached
   */
  async check(): Promise<void> {
    await this.#recorder.ready();
    const { schema } = this.#options;
    const missing = await missingMigrations(this.#pools.app, schema);
    if (missing.length > 0) throw schemaMissing(schema, new Error(`missing migrations: ${missing.join(', ')}`));
  }

  /**
   * Asks the database, and each Prisma client and each pool of `pg` among `candidates`, whether writes are captured as they should
   * be. Does what option `probe` says with what it finds; `off` asks nothing.
   * @throws AuditError `AUDIT_PROBE_FAILED` with `probe: 'error'`, when anything is not as it should be
   */
  async probe(candidates: readonly unknown[] = []): Promise<readonly Check[]> {
    const { schema, config, catalogue, probe: mode, onError } = this.#options;
    if (mode === 'off') return [];
    const checks = await probe({ pool: this.#pools.app, schema, config, catalogue, candidates });
    this.#checks = checks;
    judge(checks, mode, onError);
    return checks;
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- found in the event where a catalogue is registered
  record<const N extends ActionName>(event: AuditEventOf<N>, options?: RecordOptions): Receipt {
    return this.#requests.record(event, options);
  }

  /** Records who came and went. @throws AuditError `AUDIT_EVENT_INVALID`, and as `record()` */
  access(access: AccessEvent, options?: RecordOptions): Receipt {
    return this.#requests.record(accessEvent(access), options);
  }

  /**
   * `record()` on the connection of a transaction of the application's: the event commits or rolls back with it.
   * @param tx what `$transaction(async (tx) => …)` gives, of a client with or without our extension
   */
  sameTransaction(tx: RawClient): Pick<AuditApi, 'record'> {
    const { schema, oversized, isSecret, actions } = this.#options;
    return auditApi(tx, { schema, oversized }, { isSecret, actions });
  }

  /**
   * Gives `handler` each sealed entry of the log, in order, from now on: in this process, or in another one that follows by this name. Where it has come to is
   * kept in the database. At least once, always with the same `entry.id`; with `exactlyOnce`, in a transaction of the handler's. See docs/following.md.
   * @throws AuditError `AUDIT_OPTIONS_INVALID`, `AUDIT_CLOSED`; all else is told to `onError`, and tried again
   * @example
   * ```ts
   * audit.follow('siem', async (batch, { signal }) => {
   *   await fetch(url, { method: 'POST', body: JSON.stringify(batch.map(({ entry }) => entry)), signal });
   * });
   * ```
   */
  follow(name: string, handler: FollowHandler, options?: FollowOptions): Following {
    return this.#followers.follow(name, handler, options);
  }

  /** Entries sealed from then on are still wanted by a follower of this log, whoever runs it; `undefined`: there is none. For whoever prunes. */
  keepUntil(): Promise<Date | undefined> {
    return this.#followers.keepUntil();
  }

  drain(): Promise<void> {
    this.#reads.release();
    return this.#recorder.drain();
  }

  /**
   * Resolves when everything recorded or captured so far is sealed, by this process or another. For tests and scripts: it
   * polls.
   * @throws AuditError `AUDIT_FLUSH_TIMEOUT` after `timeoutMs` (default 15,000: a sealer that died keeps others out for 10,000)
   */
  flush({ timeoutMs = 15_000 }: { timeoutMs?: number } = {}): Promise<void> {
    const drained = { drain: () => this.drain(), waiting: () => this.#recorder.facts.waiting };
    return flush(this.#content, drained, timeoutMs);
  }

  /**
   * Writes what waits in memory, seals it if this process leads, and lets go of the database. Resolves with the numbers of events
   * that could not be written within `deadlineMs` (default: option `shutdownDeadlineMs`): lost, or on disk. A second call waits
   * for the first.
   */
  close({ deadlineMs = this.#options.shutdownDeadlineMs }: { deadlineMs?: number } = {}): Promise<CloseFacts> {
    return (this.#closing ??= this.#close(deadlineMs));
  }

  async #close(deadlineMs: number): Promise<CloseFacts> {
    const until = performance.now() + deadlineMs;
    this.#requests.close();
    this.#leaveReads?.();
    this.#reads.release();
    // A handler may record something, so it ends first.
    await this.#followers.stop(Math.min(deadlineMs / 2, 5_000));
    const facts = await this.#recorder.close(Math.max(until - performance.now(), 0));
    if (facts.lost > 0 && this.#options.isUnheard)
      warn(`${facts.lost} events could not be written before the end and are lost`);
    // What is not sealed now, another process seals, or the next start.
    if (this.#sealer) await within(Math.max(until - performance.now(), 1_000), this.#sealer.stop());
    (await this.#measuring)?.();
    await this.#pools.end();
    return facts;
  }
}

function heartbeatOf(evidence: CheckedEvidence | undefined): number | undefined {
  return evidence?.signer !== undefined && evidence.anchors.length > 0 ? evidence.heartbeatMs : undefined;
}
