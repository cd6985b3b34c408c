import { hash } from 'node:crypto';
import { parseJsonObject } from '../event/json-object.js';
import { CLEAR_COLUMNS, columnAt, csvCells } from './csv.js';
import type { AuditEntry } from '../query/read-entry.js';
import { rowFormat, type ExportFormat } from './format.js';
import type { Manifest } from './manifest.js';

/** What two lines are compared by: `clear` is what a leaf says, `whole` what leaf and sections say together. */
export type Extent = 'clear' | 'whole';

/** Of what is compared, the first 16 bytes of its SHA-256. */
export interface Project {
  /** `undefined` for a line that is none. @param line with its end; @param read its members, if somebody has parsed it already */
  ofLine(line: string, extent: Extent, read?: Members): Buffer | undefined;
  /** Of the line that is written for an entry. */
  ofEntry(entry: AuditEntry, extent: Extent): Buffer | undefined;
}

type Members = Readonly<Record<string, unknown>>;

export const PROJECTION_BYTES = 16;

/** @param values with those of Prisma, `changes` and `change` have names and types that no leaf knows */
export function projection(format: ExportFormat, values: Manifest['values']): Project {
  const row = rowFormat(format, false);
  const ofLine: Project['ofLine'] = (line, extent, read) => {
    if (extent === 'whole' && values === 'columns') return digest(line);
    try {
      const projected = format === 'csv' ? cells(line, extent) : members(read ?? parseJsonObject(line), extent);
      return projected === undefined ? undefined : digest(projected);
    } catch {
      return undefined; // nested deeper than any entry
    }
  };
  return {
    ofLine,
    ofEntry: (entry, extent) =>
      // What is clear is text and numbers, which JSON gives back as they are: no line is needed.
      extent === 'clear' && format === 'ndjson' ? ofLine('', extent, { ...entry }) : ofLine(row.line(entry), extent),
  };
}

const digest = (text: string): Buffer => hash('sha256', text, 'buffer').subarray(0, PROJECTION_BYTES);

function cells(line: string, extent: Extent): string | undefined {
  const all = csvCells(line);
  if (all === undefined) return undefined;
  const changed = columnAt('changed');
  return (extent === 'clear' ? CLEAR_COLUMNS.map((at) => all[at]) : all.filter((_, at) => at !== changed)).join();
}

const CLEAR = 'id origin seq hash occurredAt sealedAt tenant source action outcome group tx durationMs severity flags'.split(' '); // prettier-ignore

function members(entry: Members | undefined, extent: Extent): string | undefined {
  if (entry === undefined) return undefined;
  if (extent === 'whole') return JSON.stringify({ ...entry, changes: undefined, change: undefined });
  const resource = entry['resource'] as { type?: unknown } | undefined | null; // whatever it is, its type is compared
  return JSON.stringify([...CLEAR.map((name) => entry[name]), resource?.type]);
}
