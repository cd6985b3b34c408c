import type { SchemaKnowledge } from '../query/asking.js';
import { modelFields } from '../query/model-fields.js';
import { readEntry } from '../query/read-entry.js';
import type { FollowedRow } from '../store/follow.port.js';
import { followedEntry, type FollowedEntry } from './followed-entry.js';

export type ReadFollowed = (rows: readonly FollowedRow[]) => Promise<readonly FollowedEntry[]>;

/** Makes what a handler gets of what is stored; with a catalogue, values are as Prisma gave them. */
export function followedReader(schema?: SchemaKnowledge): ReadFollowed {
  const columnsOf = modelFields(schema?.catalogue);
  return async (rows) => {
    const prisma = await schema?.prisma?.();
    return rows.map((row) =>
      followedEntry(
        row,
        readEntry(row.stored, (model) => ({ columns: columnsOf(model), prisma })),
      ),
    );
  };
}
