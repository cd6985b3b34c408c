import type { ShownEntry } from '../answers.js';
import { imageOf, sameShown, shownOf, type Columns, type Image, type Shown } from './image.js';

/** One field before and after. */
export interface FieldDiff {
  readonly field: string;
  /** `unknown`: it may have changed or not, for its values were not logged. */
  readonly is: 'changed' | 'same' | 'unknown';
  /** Absent: there was no record then. */
  readonly old?: Shown | undefined;
  readonly new?: Shown | undefined;
  /** Paths inside of the document where secrets stood. */
  readonly redactedInside?: readonly string[];
}

export interface RecordDiff {
  /** `both`: old and new stand side by side; else there is one of them alone. */
  readonly sides: 'both' | 'old' | 'new' | 'none';
  /** Those that changed, or that a record came or went with. */
  readonly changed: readonly FieldDiff[];
  /** The others, and what was empty of a record that came or went. */
  readonly rest: readonly FieldDiff[];
}

/** What an entry changed, by its own old and new: never by what the record is today. */
export function diffOf(entry: ShownEntry, columns: Columns): RecordDiff {
  const [before, after] = [imageOf(entry, 'old', columns), imageOf(entry, 'new', columns)];
  const changes = new Map(entry.changes.map((change) => [change.field, change]));
  const fields = new Set([...changes.keys(), ...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  const changed: FieldDiff[] = [];
  const rest: FieldDiff[] = [];
  for (const field of fields) {
    const change = changes.get(field);
    const inside = change?.redactedInside;
    const said = (side: 'old' | 'new', image: Image | undefined): Shown | undefined =>
      image?.get(field) ?? (change !== undefined && side in change ? shownOf(change[side]) : undefined);
    const diff: FieldDiff = {
      field,
      is: change === undefined ? 'same' : 'changed',
      old: said('old', before),
      new: said('new', after),
      ...(inside === undefined ? {} : { redactedInside: inside }),
    };
    (change === undefined || isEmpty(diff) ? rest : changed).push(diff);
  }
  return { sides: sidesOf(before, after, changed), changed, rest };
}

/** What is different between two states of a record. */
export function compare(before: Image | undefined, after: Image | undefined): RecordDiff {
  const changed: FieldDiff[] = [];
  const rest: FieldDiff[] = [];
  for (const field of new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])) {
    const [old, now] = [before?.get(field), after?.get(field)];
    const isHidden = [old, now].some((each) => each?.kind === 'hidden' || each?.kind === 'masked');
    const is = !sameShown(old, now) ? 'changed' : isHidden ? 'unknown' : 'same';
    const diff = { field, is, old, new: now } as const;
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
