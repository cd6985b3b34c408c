import type { JsonObject } from '../event/types.js';
import { showJson } from '../event/visible.js';
import type { Format } from './format.js';

/**
 * A record as JSON on one line, without its end, that no terminal takes for anything but text: what cannot be seen is `\uXXXX`, which
 * parses to the same.
 */
export function recordLine(record: JsonObject): string {
  return showJson(JSON.stringify(record));
}

export const LINES: Format['batch'] = {
  contentType: 'application/x-ndjson',
  join: (records) => records.map((record) => `${recordLine(record)}\n`).join(''),
};

export const listOf = (contentType: string): Format['batch'] => ({
  contentType,
  join: (records) => `[${records.map(recordLine).join(',')}]`,
});
