import type { Audit, AuditFacts } from '../compose/create-audit.js';
import type { ExportEntries } from '../compose/export-entries.js';
import type { AuditHealth } from '../compose/health.js';
import type { CheckedOptions } from '../compose/options.js';
import type { ActionBook } from '../event/action-book.js';
import { accessEvent, type AccessEvent } from '../event/access-event.js';
import { AuditError } from '../event/errors.js';
import type { FollowHandler, Following } from '../follow/index.js';
import type { AuditApi } from '../prisma/api.js';
import type { AuditReader } from '../query/reader.js';
import type { CloseFacts } from '../recorder/index.js';
import type { Receipt } from '../recorder/port.js';
import { VIEWER, type ViewerSource } from '../viewer/port.js';
import { InMemoryRecorder } from '../testing/in-memory-recorder.js';

/** What the module needs of `Audit`, without a database: there is nothing to probe, to seal or to read. */
export class AuditInMemory extends InMemoryRecorder implements Pick<Audit, keyof Audit> {
  readonly actions: ActionBook;
  readonly #schema: string;
  #leaveReads: (() => void) | undefined;

  constructor({ isSecret, oversized, actions, schema }: CheckedOptions) {
    super({}, { isSecret, oversized, actions });
    this.actions = actions;
    this.#schema = schema;
  }

  get query(): AuditReader {
    throw nothingSealed();
  }

  get export(): ExportEntries {
    throw nothingSealed();
  }

  get [VIEWER](): ViewerSource {
    throw nothingSealed();
  }

  readonly signing = undefined;

  get facts(): AuditFacts {
    return {
      waiting: 0,
      lost: 0,
      failedAttempts: 0,
      shed: 0,
      folded: 0,
      callbacksFailed: 0,
      sealer: 'off',
    };
  }

  start(): void {
    this.#leaveReads ??= this.takeReads(this.#schema);
  }

  traces(): Promise<void> {
    return Promise.resolve();
  }

  health(): Promise<AuditHealth> {
    const nothing = {
      unsealed: null,
      sealLagMs: null,
      oldestPendingMs: null,
      waiting: 0,
      spooled: null,
      lost: 0,
      denied: 0,
    };
    const parts = {
      evidence: { signedMs: null, anchoredMs: null },
      sealer: { state: 'off', alive: null },
      followers: null,
      probe: { state: 'unknown', problems: [] },
    } as const;
    return Promise.resolve({ status: 'up', reasons: [], database: 'up', ...nothing, ...parts });
  }

  check(): Promise<void> {
    return Promise.resolve();
  }

  probe(): Promise<[]> {
    return Promise.resolve([]);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  /** In memory at once: whether the transaction is rolled back afterwards makes no difference here. */
  sameTransaction(): Pick<AuditApi, 'record'> {
    return {
      record: async (event) => {
        await this.record(event).reached();
      },
    };
  }

  access(access: AccessEvent): Receipt {
    return this.record(accessEvent(access));
  }

  /** Nothing is sealed here, so the handler never gets anything. */
  follow(name: string, _handler: FollowHandler): Following {
    return { name, state: 'waiting', stop: () => Promise.resolve() };
  }

  keepUntil(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<CloseFacts> {
    this.#leaveReads?.();
    return Promise.resolve({ lost: 0, spooled: 0 });
  }
}

function nothingSealed(): AuditError {
  return new AuditError(
    'AUDIT_SCHEMA_MISSING',
    'in memory there are no sealed entries to query: read audited() of nestjs-prisma-audit/testing, or test this against a database',
  );
}
