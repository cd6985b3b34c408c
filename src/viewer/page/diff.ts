import type { ShownEntry } from '../answers.js';
import { changedColumns, saidOf } from './changed.js';
import { labelsOf, type Columns } from './column-names.js';
import { imageOf, sameShown, shownOf, type Image, type Shown } from './image.js';

/** One field before and after. */
export interface FieldDiff {
  /** Its column; where there is neither old nor new, what it is called. */
  readonly field: string;
  /** What the server calls it, where that is something else. */
  readonly label?: string;
  /** `unknown`: it may have changed or not, for its values were not logged. */
  readonly is: 'changed' | 'same' | 'unknown';
  /** Absent: there was no record then. */
  readonly old?: Shown | undefined;
  readonly new?: Shown | undefined;
  /** Paths inside of the document where secrets stood. */
  readonly redactedInside?: readonly string[];
}

export interface RecordDiff {
  /** `both`: old and new stand side by side; else there is one of them alone. `abridged`: they are too large for this page. */
  readonly sides: 'both' | 'old' | 'new' | 'none' | 'abridged';
  /** Those that changed, or that a record came or went with. */
  readonly changed: readonly FieldDiff[];
  /** The others, and what was empty of a record that came or went. */
  readonly rest: readonly FieldDiff[];
}

/** What an entry changed, by its own old and new: never by what the record is today, nor by what the server says of it. */
export function diffOf(entry: ShownEntry, columns: Columns): RecordDiff {
  const [before, after] = [imageOf(entry, 'old', columns), imageOf(entry, 'new', columns)];
  if (before === undefined && after === undefined) return diffOfSaid(entry);
  const changes = changedColumns(entry, columns);
  const saidBy = saidOf(entry, columns);
  const fields = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  const labels = labelsOf(columns, fields);
  const changed: FieldDiff[] = [];
  const rest: FieldDiff[] = [];
  for (const field of fields) {
    const said = saidBy(field);
    const diff: FieldDiff = {
      field,
      ...labelled(labels.get(field)),
      is: changes.has(field) ? 'changed' : 'same',
      old: before?.get(field),
      new: after?.get(field),
      ...(said?.redactedInside === undefined ? {} : { redactedInside: said.redactedInside }),
    };
    (diff.is === 'same' || isEmpty(diff) ? rest : changed).push(diff);
  }
  return { sides: sidesOf(before, after, changed), changed, rest };
}

/** Of an entry that has neither old nor new, what is said of it. */
function diffOfSaid({ changes, abridged }: ShownEntry): RecordDiff {
  const all = changes.map((change): FieldDiff => {
    const side = (name: 'old' | 'new'): Shown | undefined => (name in change ? shownOf(change[name]) : undefined);
    return { field: change.field, is: 'changed', old: side('old'), new: side('new') };
  });
  if (abridged) return { sides: 'abridged', changed: all, rest: [] };
  const rest = all.filter((diff) => isEmpty(diff));
  const changed = all.filter((diff) => !isEmpty(diff));
  return { sides: sidesOf(undefined, undefined, changed), changed, rest };
}

const labelled = (label: string | undefined): { readonly label?: string } => (label === undefined ? {} : { label });

/** What is different between two states of a record. */
export function compare(before: Image | undefined, after: Image | undefined, columns?: Columns): RecordDiff {
  const changed: FieldDiff[] = [];
  const rest: FieldDiff[] = [];
  const fields = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  const labels = labelsOf(columns, fields);
  for (const field of fields) {
    const [old, now] = [before?.get(field), after?.get(field)];
    const isHidden = [old, now].some((each) => each?.kind === 'hidden' || each?.kind === 'masked');
    const is = !sameShown(old, now) ? 'changed' : isHidden ? 'unknown' : 'same';
    const diff = { field, ...labelled(labels.get(field)), is, old, new: now } as const;
    (is === 'changed' && !isEmpty(diff) ? changed : rest).push(diff);
  }
  return { sides: sidesOf(before, after, changed), changed, rest };
}

/** Of a record that came or went: nothing came or went with it. */
const isEmpty = ({ old, new: after }: FieldDiff): boolean =>
  (old === undefined && after?.kind === 'null') || (after === undefined && old?.kind === 'null');

function sidesOf(
  before: Image | undefined,
  after: Image | undefined,
  changed: readonly FieldDiff[],
): RecordDiff['sides'] {
  const old = before !== undefined || changed.some((each) => each.old !== undefined);
  const now = after !== undefined || changed.some((each) => each.new !== undefined);
  if (old && now) return 'both';
  return old ? 'old' : now ? 'new' : changed.length > 0 ? 'both' : 'none';
}
