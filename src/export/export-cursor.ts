import { AuditError } from '../event/errors.js';

/** A place in an export: where a page of the reader begins, and behind which of its entries. */
export interface ExportCursor {
  /** As the reader gave it; absent: the first page. */
  readonly page?: string | undefined;
  /** Id of the last entry of that page that was given; absent: none yet. */
  readonly after?: string | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function cursorOf({ page = '', after }: ExportCursor): string {
  return after === undefined ? page : `${page}~${after}`;
}

/** @throws AuditError `AUDIT_CURSOR_INVALID`; whether the first part is a cursor the reader says */
export function parseExportCursor(cursor: string): ExportCursor {
  const [page = '', after, ...rest] = cursor.split('~');
  if (cursor.length > 1_000 || rest.length > 0 || (after !== undefined && !UUID.test(after)))
    throw new AuditError('AUDIT_CURSOR_INVALID', 'the cursor is not one of an export: pass what an export gave as it is'); // prettier-ignore
  return { page: page === '' ? undefined : page, after };
}
