import { systemClock } from '../event/clock.js';
import { prismaValues } from '../query/prisma-values.js';
import { AuditReader } from '../query/reader.js';
import { postgresEntryStore } from '../store/postgres/entry-store.js';
import type { Pool } from '../store/postgres/pool.js';
import type { CheckedOptions } from './options.js';

/** Reads that left no entry, since a standby cannot be written. `onError` hears of them once a minute. */
export class Untold {
  readonly #onError: (error: unknown) => void;
  #count = 0;
  #since = Number.NEGATIVE_INFINITY;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get count(): number {
    return this.#count;
  }

  add(error: unknown): void {
    this.#count += 1;
    const now = systemClock.monotonic();
    if (now - this.#since < 60_000) return;
    this.#since = now;
    this.#onError(error);
  }
}

/** The reader of an audit. @param poolOf the pool of a role, that of the application where none is named */
export function readerOf(
  options: CheckedOptions,
  poolOf: (url: string | undefined, part: 'reader' | 'auditor') => Pool,
  untold: Untold,
): AuditReader {
  const { schema, readerUrl, auditorUrl, catalogue, actions, config } = options;
  const store = postgresEntryStore(poolOf(readerUrl, 'reader'), schema, { tellTenant: readerUrl !== undefined });
  return new AuditReader(store, {
    schema: catalogue && { catalogue, prisma: prismaValues },
    models: config && (config.models ?? {}),
    actions,
    onUntold: (error) => untold.add(error),
    auditor: auditorUrl === undefined ? undefined : postgresEntryStore(poolOf(auditorUrl, 'auditor'), schema),
  });
}
