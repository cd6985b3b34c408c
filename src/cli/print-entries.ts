import pc from 'picocolors';
import type { FieldChange } from '../event/changes.js';
import type { FieldValue } from '../event/values.js';
import type { AuditEntry } from '../query/read-entry.js';

/** Entries as a table: when, who, what, to which record, with what outcome, and what changed. */
export async function printEntries(entries: readonly AuditEntry[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: ['seq', 'time', 'actor', 'action', 'resource', 'outcome', 'changes'].map((name) => pc.bold(name)),
    // Its own colours do not ask whether this is a terminal; picocolors does.
    style: { head: [], border: [], compact: true },
  });
  for (const entry of entries) {
    table.push([
      String(entry.seq),
      // Absent where somebody made the body unreadable.
      printable(text(entry.occurredAt).slice(0, 23).replace('T', ' ')),
      printable(text(entry.actor?.['id'] ?? entry.actor?.['type'] ?? '')),
      printable(text(entry.action)),
      printable(
        entry.resource ? [entry.resource.type, entry.resource.id].filter((part) => part !== undefined).join(' ') : '',
      ),
      outcome(entry.outcome),
      changes(entry),
    ]);
  }
  return table.toString();
}

function outcome(stored: AuditEntry['outcome']): string {
  const value = printable(text(stored));
  return value === 'success' ? pc.green(value) : value === 'denied' ? pc.magenta(value) : pc.red(value);
}

const LINE = 72;

/** An update shows each field on a line of its own; a whole record that came or went is run together, without its nulls. */
function changes(entry: AuditEntry): string {
  const lines: string[] = [];
  if (entry.old && entry.new) {
    lines.push(
      ...entry.changes.map((change) =>
        isHidden(change)
          ? hidden(change)
          : `${change.field}: ${pc.red(cut(text(change.old)))} → ${pc.green(cut(text(change.new)))}`,
      ),
    );
  } else {
    lines.push(...whole(entry));
  }
  if (entry.error) lines.push(pc.red(cut(`${entry.error.name}: ${entry.error.message ?? ''}`, LINE)));
  // `redacted` says that the record has such fields; it is of interest where one of them is shown.
  const flags = entry.flags.filter((flag) => flag !== 'redacted' || entry.changes.some((change) => change.redacted));
  if (flags.length > 0) lines.push(pc.dim(flags.join(' ')));
  return lines.join('\n');
}

function whole(entry: AuditEntry): string[] {
  const paint = entry.new ? pc.green : pc.red;
  const sign = entry.new ? '+' : '-';
  const lines: string[] = [];
  let line = '';
  for (const change of entry.changes) {
    const value = entry.new ? change.new : change.old;
    if (!isHidden(change) && (value === null || value === undefined)) continue;
    const part = isHidden(change) ? hidden(change) : `${change.field}: ${cut(text(value))}`;
    if (line !== '' && line.length + part.length > LINE) {
      lines.push(line);
      line = '';
    }
    line += `${line === '' ? '' : ', '}${part}`;
  }
  return (line === '' ? lines : [...lines, line]).map((content) => paint(`${sign} ${content}`));
}

function isHidden(change: FieldChange): boolean {
  return change.redacted === true || change.ignored === true || change.cut !== undefined;
}

function hidden({ field, ignored, cut: large }: FieldChange): string {
  const bytes = (large?.new ?? large?.old)?.bytes;
  return `${field}: (${bytes === undefined ? (ignored ? 'not logged' : 'redacted') : `${bytes} bytes, not logged`})`;
}

function text(value: FieldValue): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function cut(value: string, limit = 40): string {
  const safe = printable(value);
  return safe.length > limit ? `${safe.slice(0, limit - 1)}…` : safe;
}

/** Values are somebody else's: an escape sequence in one must not reach the terminal. */
function printable(value: string): string {
  return value.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '�');
}
