import { hash } from 'node:crypto';
import { parseJsonObject } from '../event/json-object.js';
import { CLEAR_COLUMNS, columnAt, csvCells } from './csv.js';
import type { ExportFormat } from './format.js';
import type { Manifest } from './manifest.js';

/** What two lines are compared by: `clear` is what a leaf says, `whole` what leaf and sections say together. */
export type Extent = 'clear' | 'whole';

/** Of what is compared, the first 16 bytes of its SHA-256; `undefined` for a line that is none. @param line with its end */
export type Project = (line: string, extent: Extent) => Buffer | undefined;

export const PROJECTION_BYTES = 16;

/** @param values with those of Prisma, `changes` and `change` have names and types that no leaf knows */
export function projection(format: ExportFormat, values: Manifest['values']): Project {
  return (line, extent) => {
    if (extent === 'whole' && values === 'columns') return digest(line);
    const of = format === 'csv' ? cells : members;
    try {
      const projected = of(line, extent);
      return projected === undefined ? undefined : digest(projected);
    } catch {
      return undefined; // nested deeper than any entry
    }
  };
}

const digest = (text: string): Buffer => Buffer.from(hash('sha256', text).slice(0, PROJECTION_BYTES * 2), 'hex');

function cells(line: string, extent: Extent): string | undefined {
  const all = csvCells(line);
  if (all === undefined) return undefined;
  const changed = columnAt('changed');
  return (extent === 'clear' ? CLEAR_COLUMNS.map((at) => all[at]) : all.filter((_, at) => at !== changed)).join();
}

const CLEAR = 'id origin seq hash occurredAt sealedAt tenant source action outcome group tx durationMs severity flags'.split(' '); // prettier-ignore

function members(line: string, extent: Extent): string | undefined {
  const entry = parseJsonObject(line);
  if (entry === undefined) return undefined;
  if (extent === 'whole') return JSON.stringify({ ...entry, changes: undefined, change: undefined });
  const resource = entry['resource'] as { type?: unknown } | undefined | null; // whatever it is, its type is compared
  return JSON.stringify([...CLEAR.map((name) => entry[name]), resource?.type]);
}
