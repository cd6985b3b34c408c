import { prismaValues } from '../query/prisma-values.js';
import { AuditReader } from '../query/reader.js';
import { postgresEntryStore } from '../store/postgres/entry-store.js';
import type { Pool } from '../store/postgres/pool.js';
import type { CheckedOptions } from './options.js';

/** The reader of an audit. @param poolOf the pool of a role, that of the application where none is named */
export function readerOf(
  options: CheckedOptions,
  poolOf: (url: string | undefined, part: 'reader' | 'auditor') => Pool,
): AuditReader {
  const { schema, readerUrl, auditorUrl, catalogue, actions } = options;
  const store = postgresEntryStore(poolOf(readerUrl, 'reader'), schema, { tellTenant: readerUrl !== undefined });
  return new AuditReader(store, {
    schema: catalogue && { catalogue, prisma: prismaValues },
    actions,
    auditor: auditorUrl === undefined ? undefined : postgresEntryStore(poolOf(auditorUrl, 'auditor'), schema),
  });
}
