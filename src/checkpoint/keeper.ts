import { hostname } from 'node:os';
import { formatCheckpoint, signCheckpoint, type Checkpoint } from '../chain/checkpoint.js';
import { decodeFrontier, rootOf } from '../chain/merkle.js';
import { REGISTRY } from '../chain/registry.js';
import type { Vkey } from '../chain/vkey.js';
import { AuditError, isAuditError, unfailing } from '../event/errors.js';
import type { CheckpointStore } from '../store/checkpoint.port.js';
import type { ChainHead, Lease } from '../store/log.port.js';
import { AnchorQueue } from './anchor-queue.js';
import { compareWithAnchors, declaration, leftBehind, opened, type Comparison } from './compare.js';
import { handover, refuseHandedOver } from './handover.js';
import { messageOf } from './node-error.js';
import type { CheckedEvidence } from './check-evidence.js';
import type { Announcement, CheckpointKeeper, Signer } from './port.js';

export interface KeeperOptions extends Omit<CheckedEvidence, 'signer'> {
  readonly signer: Signer;
  /** Why the database was set back: with it, a registry that is behind its anchors declares that, and is signed again. */
  readonly declareRestore?: string | undefined;
  /** How long an anchor may say nothing. Milliseconds. @defaultValue 120,000 */
  readonly patienceMs?: number | undefined;
  /** With `declareRestore`: it was entered, or no anchor has more than the database and there is nothing to say. */
  readonly onRestore?: ((what: 'declared' | 'nothing') => void) | undefined;
  /** Told of what could not be signed, kept or anchored, and is tried again. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const FIRST_WAIT_MS = 1_000;
const LAST_WAIT_MS = 60_000;
const PATIENCE_MS = 120_000;
/** What has failed until it is tried again so much later does not pass by itself. */
const LASTS_MS = 8_000;

// Captured at import, so that a test's fake timers do not stop the log.
const { setTimeout, clearTimeout } = globalThis;

/** One term of leadership, as far as signing goes. */
interface Term {
  readonly lease: Lease;
  readonly origin: string;
  readonly registry: ChainHead | undefined;
  /** `undefined` until the anchors have answered. */
  vkeys?: readonly Vkey[];
  announced: readonly Announcement[];
  /** The next checkpoint is signed by the keys before, too. */
  isHandover: boolean;
  maySign: boolean;
  isRefused: boolean;
  /** Somebody else leads. */
  isOvertaken?: boolean;
  /** Why nothing is signed, where it is for somebody to look at. */
  refusal?: string | undefined;
}

/**
 * Signs what the registry has come to, keeps it in the database, and hands it to the anchors, in this order and beside the work of
 * the sealer: one after the other, always the newest. What fails is tried again; what another leader has overtaken is dropped.
 */
export class Keeper implements CheckpointKeeper {
  readonly tickMs: number;
  readonly heartbeatMs: number;
  readonly #store: CheckpointStore;
  readonly #options: KeeperOptions;
  readonly #onError: (error: unknown) => void;
  readonly #anchors: readonly AnchorQueue[];
  readonly #patienceMs: number;
  #term: Term | undefined;
  #newest: Checkpoint | undefined;
  /** Of the last failure, until something succeeds. */
  #why: string | undefined;
  /** Why the signer gives no key. */
  #keyless: string | undefined;
  #hasKey = false;
  #working: Promise<void> | undefined;
  #waitMs = FIRST_WAIT_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: CheckpointStore, options: KeeperOptions) {
    this.#store = store;
    this.#options = options;
    this.tickMs = options.tickMs;
    this.heartbeatMs = options.heartbeatMs;
    this.#onError = unfailing(options.onError);
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#anchors = options.anchors.map(
      (anchor) => new AnchorQueue(anchor, (size) => store.anchored(size), this.#onError, this.#patienceMs),
    );
  }

  async mayLead(): Promise<boolean> {
    if (!this.#options.required || this.#hasKey) return true; // a signer that is away later does not stop the sealing
    try {
      await this.#options.signer.vkeys(REGISTRY.name);
      this.#hasKey = true;
    } catch (error) {
      if (this.#keyless === undefined) this.#onError(error); // asked every few seconds, told once
      this.#keyless = messageOf(error);
    }
    return this.#hasKey;
  }

  begin(lease: Lease, registry: ChainHead | undefined): void {
    const origin = `${lease.origin}/${REGISTRY.name}`;
    this.#term = { lease, origin, registry, announced: [], isHandover: false, maySign: false, isRefused: false };
    this.#newest = registry && checkpointOf(registry);
    this.#waitMs = FIRST_WAIT_MS;
    this.#work();
  }

  announcements(): readonly Announcement[] {
    return this.#term?.announced ?? [];
  }

  get keptOut(): string | undefined {
    return this.#hasKey ? undefined : this.#keyless;
  }

  get refusal(): string | undefined {
    return this.#term?.refusal;
  }

  get lacks(): readonly string[] {
    const term = this.#term;
    if (term === undefined || term.isOvertaken) return [];
    const isUnsigned = term.vkeys === undefined || !term.maySign || this.#newest !== undefined;
    const why = term.refusal ?? this.#why ?? 'there was no time for it';
    return [
      ...(isUnsigned ? [`what was sealed is not signed: ${why}`] : []),
      ...this.#anchors.flatMap((anchor) => anchor.lacks ?? []),
    ];
  }

  take(checkpoint: Checkpoint, entered: readonly Announcement[]): void {
    const term = this.#term;
    if (term === undefined) return;
    this.#newest = checkpoint;
    if (entered.length > 0 && term.announced === entered) {
      term.announced = [];
      term.maySign = true;
      if (entered.some(({ kind }) => kind === 'restore.declared')) this.#options.onRestore?.('declared');
    }
    this.#work();
  }

  async settled(withinMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    await Promise.race([this.#settle(), over]);
    clearTimeout(timer);
  }

  async #settle(): Promise<void> {
    await this.#working;
    await Promise.all(this.#anchors.map((anchor) => anchor.settled()));
  }

  /** Starts what there is to do, if nobody is at it. */
  #work(): void {
    if (this.#working !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#working = this.#all(this.#term).finally(() => {
      this.#working = undefined;
      // What came while the last of it was on its way out.
      if (this.#timer === undefined && this.#hasWork) this.#work();
    });
  }

  get #hasWork(): boolean {
    const term = this.#term;
    if (term === undefined || term.isRefused) return false;
    return term.vkeys === undefined || (term.maySign && this.#newest !== undefined);
  }

  async #all(term: Term | undefined): Promise<void> {
    try {
      while (this.#hasWork) {
        if (term === undefined || term !== this.#term) return; // another term has begun
        if (term.vkeys === undefined) await this.#prepare(term);
        else if (this.#newest !== undefined) await this.#sign(term, this.#newest);
        this.#waitMs = FIRST_WAIT_MS;
        this.#why = undefined;
        if (!term.isRefused) term.refusal = undefined;
      }
    } catch (error) {
      if (term !== undefined && isAuditError(error, 'AUDIT_LEASE_LOST')) {
        term.isRefused = true; // somebody else leads, and signs from here on
        term.isOvertaken = true;
        return;
      }
      this.#why = messageOf(error);
      // What passes by itself is nothing to look at: a connection that was cut.
      if (term !== undefined && (isAuditError(error) || this.#waitMs >= LASTS_MS)) term.refusal = this.#why;
      this.#onError(error);
      this.#timer = setTimeout(() => this.#work(), this.#waitMs * (0.5 + Math.random())).unref();
      this.#waitMs = Math.min(this.#waitMs * 2, LAST_WAIT_MS);
    }
  }

  /** Once in a term: keys, what the anchors have, and whether a key came after the last signature. */
  async #prepare(term: Term): Promise<void> {
    const vkeys = await this.#options.signer.vkeys(term.origin);
    await refuseHandedOver(this.#store, vkeys);
    const last = await this.#store.last();
    const isDeclaring = this.#options.declareRestore !== undefined;
    const comparison = await compareWithAnchors(this.#store, this.#options.anchors, term.registry, last, vkeys, this.#patienceMs, isDeclaring); // prettier-ignore
    if (comparison.unreachable.length > 0 && comparison.answered === 0)
      throw new AuditError('AUDIT_ANCHOR_FAILED', `no anchor answers (${comparison.unreachable.join('; ')}): nothing is signed before one says that this is not a database that was set back`); // prettier-ignore
    for (const why of comparison.unreachable) this.#onError(new AuditError('AUDIT_ANCHOR_FAILED', why));
    const announced = [
      ...this.#restored(term, comparison),
      ...(comparison.hasSigned ? [] : await handover(this.#options.signer, vkeys, last?.note)),
    ];
    term.vkeys = vkeys;
    term.isHandover = announced.some(({ kind }) => kind === 'key.rotated');
    if (term.isRefused) return;
    term.announced = announced;
    term.maySign = announced.length === 0;
    // The process that signed it may have ended before an anchor had it.
    if (last !== undefined && comparison.apart.length === 0) this.#anchorStored(term, last, vkeys);
    if (last !== undefined && this.#newest !== undefined && last.size >= this.#newest.size && isOurs(last, term.origin, vkeys)) this.#newest = undefined; // prettier-ignore
  }

  #restored(term: Term, comparison: Comparison): readonly Announcement[] {
    const { apart } = comparison;
    if (apart.length === 0) {
      if (this.#options.declareRestore !== undefined) this.#options.onRestore?.('nothing');
      return [];
    }
    const size = term.registry?.size ?? 0;
    if (this.#options.declareRestore !== undefined)
      return declaration(this.#options.declareRestore, term.registry && checkpointOf(term.registry), comparison); // prettier-ignore
    term.isRefused = true;
    const error = new AuditError(
      'AUDIT_REGISTRY_FORKED',
      `an anchor has ${leftBehind(comparison)}. It has ${size} entries: the database was restored from a backup, or somebody changed it. Entries are sealed, and nothing is signed. If it was restored, say so: while nothing else seals: nestjs-prisma-audit seal --once --declare-restore "why" (docs/restoring.md)`,
      { size, anchored: apart.at(-1)?.size },
    );
    term.refusal = error.message;
    this.#onError(error);
    return [];
  }

  async #sign(term: Term, checkpoint: Checkpoint): Promise<void> {
    formatCheckpoint(checkpoint);
    const last = await this.#store.last();
    if (last !== undefined && last.size >= checkpoint.size) {
      // Nothing smaller is kept behind it.
      if (!isOurs(last, term.origin, term.vkeys ?? [])) throw new AuditError('AUDIT_ANCHOR_FAILED', `in the table of checkpoints there is one of size ${last.size} that none of the keys that are here has signed: nothing can be kept before its row is taken out. Somebody wrote it: run "nestjs-prisma-audit verify"`, { size: last.size }); // prettier-ignore
      // It was kept, and the answer was lost.
      if (this.#newest === checkpoint) this.#newest = undefined;
      this.#anchorStored(term, last, term.vkeys ?? []);
      return;
    }
    const [newest, ...before] = term.vkeys as readonly Vkey[];
    const keys = [newest as Vkey, ...(term.isHandover ? before : [])];
    const { signer } = this.#options;
    const signers = keys.map((vkey) => ({ vkey, sign: (bytes: Uint8Array) => signer.sign(bytes, vkey) }));
    const note = await signCheckpoint(checkpoint, signers);
    await this.#store.save(term.lease, { size: checkpoint.size, note, host: hostname().slice(0, 100) });
    term.isHandover = false;
    if (this.#newest === checkpoint) this.#newest = undefined;
    this.#anchor({ origin: checkpoint.origin, size: checkpoint.size, note });
  }

  /** What lies in the database, only if it is ours: an anchor can take nothing back, and `verify` would find junk there for ever. */
  #anchorStored({ origin }: Term, { size, note }: { size: number; note: string }, vkeys: readonly Vkey[]): void {
    if (isOurs({ size, note }, origin, vkeys)) this.#anchor({ origin, size, note });
    else this.#onError(new AuditError('AUDIT_ANCHOR_FAILED', `the checkpoint of size ${size} in the database is signed by none of the keys that are here: it is given to no anchor. Unless the key before was lost, somebody wrote it: run "nestjs-prisma-audit verify"`, { size })); // prettier-ignore
  }

  #anchor(checkpoint: { origin: string; size: number; note: string }): void {
    for (const anchor of this.#anchors) anchor.put(checkpoint);
  }
}

function checkpointOf({ origin, size, frontier }: ChainHead): Checkpoint | undefined {
  return size === 0 ? undefined : { origin, size, root: rootOf(decodeFrontier(size, frontier).nodes) };
}

/** A stored checkpoint that one of these keys has signed, for what its row says. */
function isOurs({ size, note }: { size: number; note: string }, origin: string, vkeys: readonly Vkey[]): boolean {
  const checkpoint = opened(note, vkeys);
  return checkpoint?.origin === origin && checkpoint.size === size;
}
