import type { FieldChange } from '../event/changes.js';
import type { FieldValue } from '../event/values.js';
import type { AuditEntry } from '../query/read-entry.js';
import { clip, joined, line, paint, table, widthOf, type Text } from './terminal.js';

/** Of a cell's line, in characters: an actor, an action, a resource; a name of a field, its value. */
const CELL = 60;
const NAME = 40;
const VALUE = 40;
const LINE = 72;
/** A UUID. */
const ID = 36;
/** Of one entry; `--json` has all. */
const FIELDS = 100;

/** Entries as a table: when, who, what, to which record, with what outcome, what changed, and the id by which `prove` is asked, whole. */
export function printEntries(entries: readonly AuditEntry[]): Text {
  return table(
    ['seq', 'time', 'actor', 'action', 'resource', 'outcome', 'changes', 'id'],
    entries.map((entry) => [
      String(entry.seq),
      clip(entry.occurredAt.slice(0, 23).replace('T', ' '), 23),
      clip(text(entry.actor?.['id'] ?? entry.actor?.['type'] ?? ''), CELL),
      clip(entry.action, CELL),
      entry.resource
        ? joined(
            [entry.resource.type, entry.resource.id].flatMap((part) => (part === undefined ? [] : [clip(part, CELL)])),
            ' ',
          )
        : '',
      outcome(entry.outcome),
      changes(entry),
      paint.dim(clip(entry.id, ID)),
    ]),
  );
}

function outcome(value: AuditEntry['outcome']): Text {
  return value === 'success' ? paint.green(value) : value === 'denied' ? paint.magenta(value) : paint.red(value);
}

/** An update shows each field on a line of its own; a whole record that came or went is run together, without its nulls. */
function changes(entry: AuditEntry): Text {
  const shown = { ...entry, changes: entry.changes.slice(0, FIELDS) };
  const lines: Text[] = entry.old && entry.new ? shown.changes.map((change) => changed(change)) : whole(shown);
  const left = entry.changes.length - shown.changes.length;
  if (left > 0) lines.push(line`… and ${left} fields more (--json has all)`);
  if (entry.error) lines.push(paint.red(clip(`${text(entry.error.name)}: ${text(entry.error.message)}`, LINE)));
  for (const { at, why } of entry.unreadable?.slice(0, 5) ?? [])
    lines.push(paint.red(line`not understood: ${clip(at, CELL)} (${why})`));
  // `redacted` says that the record has such fields; it is of interest where one of them is shown.
  const flags = entry.flags.filter((flag) => flag !== 'redacted' || entry.changes.some((change) => change.redacted));
  if (flags.length > 0) lines.push(paint.dim(joined(flags, ' ')));
  return joined(lines, '\n');
}

function changed(change: FieldChange): Text {
  if (isHidden(change)) return hidden(change);
  return line`${clip(change.field, NAME)}: ${paint.red(shownValue(change.old))} → ${paint.green(shownValue(change.new))}`;
}

function whole(entry: AuditEntry): Text[] {
  const colour = entry.new ? paint.green : paint.red;
  const sign = entry.new ? '+' : '-';
  const lines: Text[][] = [];
  let width = 0;
  for (const change of entry.changes) {
    const value = entry.new ? change.new : change.old;
    if (!isHidden(change) && (value === null || value === undefined)) continue;
    const part = isHidden(change) ? hidden(change) : line`${clip(change.field, NAME)}: ${shownValue(value)}`;
    const last = lines.at(-1);
    if (last === undefined || width + widthOf(part) > LINE) {
      lines.push([part]);
      width = widthOf(part);
    } else {
      last.push(part);
      width += widthOf(part) + 2;
    }
  }
  return lines.map((parts) => colour(line`${sign} ${joined(parts, ', ')}`));
}

function isHidden(change: FieldChange): boolean {
  return change.redacted === true || change.ignored === true || change.cut !== undefined;
}

function hidden({ field, ignored, cut: large }: FieldChange): Text {
  const bytes = (large?.new ?? large?.old)?.bytes;
  return line`${clip(field, NAME)}: (${bytes === undefined ? (ignored ? 'not logged' : 'redacted') : `${bytes} bytes, not logged`})`;
}

function shownValue(value: FieldValue | undefined): Text {
  return clip(text(value), VALUE);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
