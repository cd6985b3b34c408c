import { rowJson } from '../export/row-json.js';
import type { AuditEntry } from '../query/read-entry.js';

/** Bytes of an answer with several entries, about; and what one of them may have in it. */
const TOGETHER = 4 * 1024 * 1024;
const ONE_OF_SEVERAL = 64 * 1024;
const ALWAYS = 4 * 1024;
/** Of an answer with one. */
const ALONE = 16 * 1024 * 1024;

/** Entries as JSON texts. Those that are too large for a list are abridged: `entries/:id` has all of it. */
export function listed(entries: readonly AuditEntry[]): readonly string[] {
  let bytes = 0;
  return entries.map((entry) => {
    const most = bytes > TOGETHER ? ALWAYS : ONE_OF_SEVERAL;
    const text = within(entry, most);
    bytes += text.length;
    return text;
  });
}

/** One by itself. */
export const alone = (entry: AuditEntry): string => within(entry, ALONE);

function within(entry: AuditEntry, most: number): string {
  const text = rowJson(entry);
  return text.length <= most ? text : rowJson(abridged(entry, most));
}

/** Without its values: which fields changed is still said, of as many as there is room for. */
function abridged(entry: AuditEntry, most: number): object {
  const { old: _old, new: _new, change: _change, details, changes, reason, error: _error, actor, ...rest } = entry;
  const fields = changes.slice(0, most / 256).map(({ field }) => ({ field: field.slice(0, 200) }));
  const small = (value: unknown): boolean => rowJson(value).length <= most / 8;
  return {
    ...rest,
    ...(actor !== undefined && small(actor) ? { actor } : {}),
    ...(details !== undefined && small(details) ? { details } : {}),
    ...(reason !== undefined && small(reason) ? { reason } : {}),
    ...(rest.resource?.id !== undefined && !small(rest.resource.id) ? { resource: { type: rest.resource.type } } : {}),
    changes: fields,
    abridged: true,
  };
}

/** An object with entries in it, whose texts are there already. */
export function withEntries(
  members: Readonly<Record<string, unknown>>,
  texts: Readonly<Record<string, string>>,
): string {
  const parts = [
    ...Object.entries(texts).map(([name, text]) => `${JSON.stringify(name)}:${text}`),
    ...Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [`${JSON.stringify(name)}:${rowJson(value)}`])),
  ]; // prettier-ignore
  return `{${parts.join(',')}}`;
}

export const list = (entries: readonly AuditEntry[]): string => `[${listed(entries).join(',')}]`;
