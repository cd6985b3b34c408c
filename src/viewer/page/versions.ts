import type { ShownEntry } from '../answers.js';
import { changedColumns } from './changed.js';
import type { Columns } from './column-names.js';
import { imageOf, sameShown, type Image } from './image.js';

/** What a record was from one of its changes on, to the next. */
export interface Version {
  readonly entry: ShownEntry;
  /** `undefined`: the record was not there, or its values are not in the log. */
  readonly image: Image | undefined;
  /** Columns that it set. */
  readonly changed: ReadonlySet<string>;
  /** `gone`: it was deleted; `large`: its values are too large for a list; `unknown`: the values of this change are not in the log. */
  readonly is: 'there' | 'gone' | 'large' | 'unknown';
}

/** The versions of a record. @param entries of its history, oldest first */
export function versionsOf(entries: readonly ShownEntry[], columns: Columns): readonly Version[] {
  return entries.filter(isVersion).map((entry) => {
    const image = imageOf(entry, 'new', columns);
    const isGone = entry.action.endsWith('.delete') || (image === undefined && entry.old !== undefined);
    const is = image !== undefined ? 'there' : isGone ? 'gone' : entry.abridged ? 'large' : 'unknown';
    return { entry, image, changed: changedColumns(entry, columns), is };
  });
}

const isVersion = ({ source, action, resource, old, new: after }: ShownEntry): boolean =>
  (source === 'change' || source === 'change.client' || old !== undefined || after !== undefined) &&
  /\.(?:create|update|delete)$/.test(action) &&
  action.startsWith(`${resource?.type}.`);

/**
 * Who set each field to the value that it has in the last of these versions. A field is absent if it was set before the first: then
 * the log does not say.
 */
export function blameOf(versions: readonly Version[]): ReadonlyMap<string, Version> {
  const set = new Map<string, Version>();
  let before: Image | undefined;
  let wasThere = false;
  for (const version of versions) {
    const { image, entry, changed } = version;
    if (image === undefined) set.clear();
    for (const [field, value] of image ?? []) {
      const isNew = entry.action.endsWith('.create') || changed.has(field);
      // Written in a way that the log did not see: then whoever comes next is not who set it.
      const isOther = wasThere && !sameShown(before?.get(field), value);
      if (isNew) set.set(field, version);
      else if (isOther || !wasThere) set.delete(field);
    }
    before = image;
    wasThere = image !== undefined;
  }
  return set;
}

/** The place of the version that an address names by its number in the chain; the last where it names none. */
export function placeOf(versions: readonly Version[], seq: string | undefined): number {
  const at = versions.findIndex(({ entry }) => String(entry.seq) === seq);
  return at < 0 ? versions.length - 1 : at;
}
