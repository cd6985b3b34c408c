import { Inject, Injectable, Optional } from '@nestjs/common';
import { Audit } from '../compose/create-audit.js';
import { currentContext, runAs, setActor, withContext, type ContextFields } from '../context/context.js';
import type { AccessEvent } from '../event/access-event.js';
import type { ActionName, AuditEventOf } from '../event/action-types.js';
import type { Actor, AuditEvent, Durability, Resource } from '../event/types.js';
import { claimOf } from '../http/claim.js';
import { noteClaim } from '../http/request-record.js';
import type { AuditApi, RawClient } from '../prisma/api.js';
import type { AuditReader } from '../query/reader.js';
import type { RecordOptions } from '../recorder/port.js';
import type { FollowHandler, Following, FollowOptions } from '../follow/index.js';
import type { ExportEntries } from '../compose/export-entries.js';
import type { AuditHealth } from '../compose/health.js';
import { VIEWER, type ViewerSource } from '../viewer/port.js';
import { AuditLog } from './audit-log.js';

/** Everything of an event but what the helper says itself. */
type Rest = Omit<AuditEvent, 'action' | 'resource'>;

/** Records and reads. The context (actor, tenant, request) is that of the caller. */
@Injectable()
export class AuditService {
  readonly #audit: Audit;

  readonly #log: AuditLog;

  constructor(@Inject(Audit) audit: Audit, @Optional() @Inject(AuditLog) log = new AuditLog()) {
    this.#audit = audit;
    this.#log = log;
  }

  /** Reads sealed entries: `find`, `history`, `group`. */
  get query(): AuditReader {
    return this.#audit.query;
  }

  /** What a viewer stands on. */
  get [VIEWER](): ViewerSource {
    return this.#audit[VIEWER];
  }

  /**
   * Sealed entries as the bytes of a file, NDJSON or CSV: `for await (const chunk of audit.export(query))`. Read as they are taken, in
   * pages; `cursor` of it, or of the error in the middle of it, is where another goes on. See docs/export.md.
   */
  get export(): ExportEntries {
    return this.#audit.export;
  }

  /**
   * Records an event, in a transaction of its own, with others. Resolves when it has come as far as `durability` says (the
   * option, else that of the action, else of the module): at once by default; when it is committed or sealed; or, while the
   * database is away and there is a spool, when it is on disk. For an event that lives and dies with a business transaction
   * there is `sameTransaction(tx)`.
   *
   * Rejects with an AuditError when the event is wrong or there is no room (see `Recorder.record`), and with
   * `AUDIT_NOT_DURABLE` when it has not come so far within `durabilityTimeoutMs`: it stays queued then. That is logged as
   * well, and need not be awaited: a rejection that nobody handles does not end the process.
   *
   * With a registered catalogue (`AuditRegister`) the event is typed by its action.
   */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- found in the event where a catalogue is registered
  record<const N extends ActionName>(event: AuditEventOf<N>, options?: { durability?: Durability }): Promise<void> {
    return this.#record(event, options);
  }

  /**
   * Records on the connection of a Prisma transaction: the event commits or rolls back with it, like the changes it explains.
   * `tx` is what `prisma.$transaction(async (tx) => …)` gives; with our extension `tx.$audit().record()` does the same.
   */
  sameTransaction(tx: RawClient): Pick<AuditApi, 'record'> {
    return this.#audit.sameTransaction(tx);
  }

  /**
   * A login, or an attempt: `auth.login`. Pass the identity as `actor`; on success it acts in the rest of the request. With any
   * other outcome it is only what somebody said: it stands in `details.claimed`, with `verified: false`, and whoever was
   * signed in before, or nobody, is the actor.
   */
  login(login: Rest & { readonly actor: Actor }): Promise<void> {
    const { actor, ...attempt } = login;
    if (login.outcome === undefined || login.outcome === 'success') {
      setActor(actor);
      return this.#record({ ...login, action: 'auth.login' });
    }
    this.claim(actor);
    const nobody = currentContext() ? {} : { actor: { type: 'anonymous' } };
    const details = { ...attempt.details, claimed: claimOf(actor) };
    return this.#record({ ...attempt, ...nobody, details, action: 'auth.login' });
  }

  /** Says whom the sender of this request claims to be, before that is checked: its entry has it in `details.claimed`. */
  claim(identity: Actor): void {
    noteClaim(currentContext(), identity);
  }

  /** Somebody saw something: `<Type>.read`. */
  dataAccess(access: Rest & { readonly resource: Resource }): Promise<void> {
    return this.#record({ ...access, action: `${access.resource.type}.read` }, { source: 'read' });
  }

  /** A change that no Prisma client made, with its values: `<Type>.create`, `.update` or `.delete`, by which of `old` and `new` are there. */
  dataChange(change: Rest & { readonly resource: Resource }): Promise<void> {
    const verb = change.old === undefined ? 'create' : change.new === undefined ? 'delete' : 'update';
    return this.#record({ ...change, action: `${change.resource.type}.${verb}` });
  }

  /**
   * Somebody, or a vehicle, at a door, a gate or a barrier: `access.entry`, `.exit`, `.denied` or `.visitor`, found by point, plate and
   * subject. Resolves as `record()` does; rejects with `AUDIT_EVENT_INVALID`, which names the member and what it must be.
   */
  access(access: AccessEvent, options?: { durability?: Durability }): Promise<void> {
    return this.#heard(async () => void (await this.#audit.access(access, options).reached()));
  }

  /** Names the actor of the running request from now on. */
  setActor(actor: Actor): void {
    setActor(actor);
  }

  /** Runs `fn` as `actor`; the result is awaited inside. */
  runAs<T>(actor: Actor, fn: () => T | PromiseLike<T>): Promise<T> {
    return runAs(actor, fn);
  }

  /** Runs `fn` with more context; the result is awaited inside. */
  withContext<T>(fields: ContextFields, fn: () => T | PromiseLike<T>): Promise<T> {
    return withContext(fields, fn);
  }

  /**
   * Gives `handler` each sealed entry of the log, in order, from now on, in this process or in another one that follows by this name; ends with the
   * application. At least once, always with the same `entry.id`; with `exactlyOnce`, in a transaction of the handler's. See docs/following.md.
   */
  follow(name: string, handler: FollowHandler, options?: FollowOptions): Following {
    return this.#audit.follow(name, handler, options);
  }

  /** How the audit is: plain facts, within `timeoutMs` (milliseconds, default 2,000). Never rejects. */
  health(options?: { timeoutMs?: number }): Promise<AuditHealth> {
    return this.#audit.health(options);
  }

  /** Resolves when everything recorded or captured so far is sealed. For tests and scripts. */
  flush(options?: { timeoutMs?: number }): Promise<void> {
    return this.#audit.flush(options);
  }

  #record(event: AuditEvent, options?: RecordOptions): Promise<void> {
    return this.#heard(async () => void (await this.#audit.record(event, options).reached()));
  }

  #heard(reach: () => Promise<void>): Promise<void> {
    const recorded = reach();
    recorded.catch((error: unknown) => this.#log.tell(error));
    return recorded;
  }
}
