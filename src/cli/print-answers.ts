import type { FieldValue } from '../event/values.js';
import type { FailuresOf, PatternCell } from '../query/groups.js';
import type { RecordDifference, RecordState } from '../query/record-state.js';
import type { Revert } from '../query/revert.js';
import { clip, joined, line, paint, table, type Text } from './terminal.js';

const NAME = 60;
const VALUE = 200;

export function printState({ is, values, incomplete, entry, at }: RecordState): Text {
  const when = at.toISOString();
  const head = {
    there: line`at ${when} the record was`,
    absent: line`at ${when} there was no such record`,
    unknown: line`the log has no change of this record`,
  }[is];
  const fields = Object.entries(values ?? {}).map(([field, value]) => line`  ${clip(field, NAME)}: ${shown(value)}`);
  const said = entry
    ? [paint.dim(line`said by entry ${entry.id} of ${entry.occurredAt} (${clip(entry.action, NAME)})`)]
    : [];
  return joined([head, ...fields, ...missing(incomplete), ...said], '\n');
}

export function printDifference({ from, to, changes }: RecordDifference): Text {
  const lines = changes.map(
    (change) =>
      line`  ${clip(change.field, NAME)}: ${paint.red(side(change, 'old'))} → ${paint.green(side(change, 'new'))}`,
  );
  const head = line`${from.at.toISOString()} (${from.is}) → ${to.at.toISOString()} (${to.is})`;
  const nothing = lines.length === 0 ? [line`  no field that is known differs`] : [];
  return joined([head, ...lines, ...nothing, ...missing([...from.incomplete, ...to.incomplete])], '\n');
}

export function printRevert({ call, refused }: Revert): Text {
  // Escaped for a terminal the text would be another call: `--json` has it whole.
  return call === undefined ? line`${paint.red('no call:')} ${refused ?? ''}` : line`${call}`;
}

export function printGroups(groups: readonly FailuresOf[], by: string): Text {
  return table(
    [by, 'failures', 'first', 'last'],
    groups.map(({ key, count, first, last }) => [
      clip(key ?? '(nobody)', NAME),
      String(count),
      first.toISOString(),
      last.toISOString(),
    ]),
  );
}

export function printPattern(cells: readonly PatternCell[]): Text {
  return table(
    ['hour', 'action', 'entries'],
    cells.map(({ hour, action, count }) => [String(hour).padStart(2, '0'), clip(action, NAME), String(count)]),
  );
}

function missing(incomplete: RecordState['incomplete']): Text[] {
  const told = new Set(incomplete.map(({ field, why }) => `${field ?? 'all values'} (${why})`));
  return [...told].map((each) => paint.magenta(line`  not known: ${clip(each, NAME)}`));
}

function side(change: RecordDifference['changes'][number], name: 'old' | 'new'): Text {
  return name in change ? shown(change[name]) : line`(none)`;
}

function shown(value: FieldValue | undefined): Text {
  const text =
    typeof value === 'string'
      ? value
      : JSON.stringify(value, (_name, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
  return clip(text ?? '', VALUE);
}
