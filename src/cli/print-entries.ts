import pc from 'picocolors';
import type { FieldChange } from '../event/changes.js';
import type { JsonValue } from '../event/types.js';
import type { AuditEntry } from '../query/read-entry.js';

/** Entries as a table: when, who, what, to which record, with what outcome, and what changed. */
export async function printEntries(entries: readonly AuditEntry[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: ['seq', 'time', 'actor', 'action', 'resource', 'outcome', 'changes'],
    style: { head: ['bold'] },
    wordWrap: true,
  });
  for (const entry of entries) {
    table.push([
      String(entry.seq),
      entry.occurredAt.slice(0, 23).replace('T', ' '),
      printable(text(entry.actor?.['id'] ?? entry.actor?.['type'] ?? '')),
      entry.action,
      printable(
        entry.resource ? [entry.resource.type, entry.resource.id].filter((part) => part !== undefined).join(' ') : '',
      ),
      outcome(entry.outcome),
      changes(entry),
    ]);
  }
  return table.toString();
}

function outcome(value: AuditEntry['outcome']): string {
  return value === 'success' ? pc.green(value) : value === 'denied' ? pc.magenta(value) : pc.red(value);
}

function changes(entry: AuditEntry): string {
  const lines = entry.changes.map((change) => diff(change, entry));
  if (entry.error) lines.push(pc.red(cut(`${entry.error.name}: ${entry.error.message ?? ''}`)));
  if (entry.flags.length > 0) lines.push(pc.dim(entry.flags.join(' ')));
  return lines.join('\n');
}

function diff(change: FieldChange, entry: AuditEntry): string {
  if (change.redacted) return `${change.field}: ${pc.dim('changed, redacted')}`;
  if (!entry.old) return `${pc.green('+')} ${change.field}: ${cut(text(change.new))}`;
  if (!entry.new) return `${pc.red('-')} ${change.field}: ${cut(text(change.old))}`;
  return `${change.field}: ${pc.red(cut(text(change.old)))} → ${pc.green(cut(text(change.new)))}`;
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function cut(value: string): string {
  const safe = printable(value);
  return safe.length > 40 ? `${safe.slice(0, 39)}…` : safe;
}

/** Values are somebody else's: an escape sequence in one must not reach the terminal. */
function printable(value: string): string {
  return value.replace(/\p{Cc}/gu, '�');
}
