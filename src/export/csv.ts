import { visible } from '../event/visible.js';
import type { AuditEntry } from '../query/read-entry.js';
import { rowJson } from './row-json.js';

/** For spreadsheets, which take a file without it for one of their own code page. */
export const BOM = '\ufeff';

const RUNS = String.raw`[=+\-@\uff1d\uff0b\uff0d\uff20]`;
const BEGINS = new RegExp(String.raw`^\s*${RUNS}`);
/** Where a semicolon is the delimiter, what comes after one is a cell of its own, be it in quotes or not. */
const AFTER_SEMICOLON = new RegExp(String.raw`;(?='|[\s"]*${RUNS})`, 'g');

/**
 * A cell that is text, whatever is in it. One line: control characters, line ends and what cannot be seen are written as `\n`, `\u001b`.
 * What a spreadsheet would run as a formula (OWASP, CSV Injection) gets an apostrophe in front, and what begins with one gets another: so
 * taking one away gives what was there.
 */
export function textCell(text: string): string {
  const shown = visible(text, Number.POSITIVE_INFINITY).replaceAll(AFTER_SEMICOLON, ";'");
  const isMarked = BEGINS.test(shown) || /^['\t\r\n]/.test(text);
  return `"${isMarked ? "'" : ''}${shown.replaceAll('"', '""')}"`;
}

/** What stands in a cell, without quotes and apostrophes that `textCell` added; what cannot be seen is still escaped. */
export function textOfCell(cell: string): string {
  return cell.slice(1, -1).replaceAll('""', '"').replace(/^'/, '').replaceAll(";'", ';');
}

/** Digits alone: a number stays one. */
export function numberCell(value: number | undefined): string {
  return value === undefined ? '""' : `"${value}"`;
}

const text = (value: unknown): string =>
  value === undefined || value === null ? '""' : textCell(typeof value === 'string' ? value : rowJson(value));
const time = (value: Date): string => (Number.isNaN(value.getTime()) ? '""' : `"${value.toISOString()}"`);

/** In the order of the columns. Those of the view `audit.log` where it has the same. */
const COLUMNS: readonly (readonly [name: string, cell: (entry: AuditEntry) => string])[] = [
  ['id', ({ id }) => text(id)],
  ['origin', ({ origin }) => text(origin)],
  ['seq', ({ seq }) => numberCell(seq)],
  ['tenant', ({ tenant }) => text(tenant)],
  ['occurred_at', ({ occurredAt }) => text(occurredAt)],
  ['sealed_at', ({ sealedAt }) => time(sealedAt)],
  ['source', ({ source }) => text(source)],
  ['action', ({ action }) => text(action)],
  ['outcome', ({ outcome }) => text(outcome)],
  ['severity', ({ severity }) => text(severity)],
  ['duration_ms', ({ durationMs }) => numberCell(durationMs)],
  ['flags', ({ flags }) => text(flags.join(' '))],
  ['group_id', ({ group }) => text(group)],
  ['tx', ({ tx }) => text(tx)],
  ['resource_type', ({ resource }) => text(resource?.type)],
  ['resource_id', ({ resource }) => text(resource?.id)],
  ['actor_id', ({ actor }) => text(actor?.['id'])],
  ['actor_type', ({ actor }) => text(actor?.['type'])],
  ['actor_email', ({ actor }) => text(actor?.['email'])],
  ['actor_role', ({ actor }) => text(actor?.['role'])],
  ['on_behalf_of', ({ actor }) => text(actor?.['onBehalfOf'])],
  ['ip', ({ actor }) => text(actor?.['ip'])],
  ['user_agent', ({ actor }) => text(actor?.['userAgent'])],
  ['session', ({ actor }) => text(actor?.['session'])],
  ['request_id', ({ actor }) => text(actor?.['requestId'])],
  ['changed', ({ changes }) => text(changes.map(({ field }) => field).join(' '))],
  ['old', ({ old }) => text(old)],
  ['new', (entry) => text(entry.new)],
  ['reason', ({ reason }) => text(reason)],
  ['error', ({ error }) => text(error)],
  ['details', ({ details }) => text(details)],
  ['hash', ({ hash }) => text(hash)],
  ['unreadable', ({ unreadable }) => text(unreadable)],
];

/** Names in quotes, as every cell is; lines end with CR and LF (RFC 4180). */
export const CSV_HEAD = `${COLUMNS.map(([name]) => `"${name}"`).join(',')}\r\n`;

export function csvLine(entry: AuditEntry): string {
  return `${COLUMNS.map(([, cell]) => cell(entry)).join(',')}\r\n`;
}

/** Places of the columns that a leaf says, too: sections have the others. */
const CLEAR = 'id origin seq tenant occurred_at sealed_at source action outcome severity duration_ms flags group_id tx resource_type hash'.split(' '); // prettier-ignore
export const CLEAR_COLUMNS: readonly number[] = COLUMNS.flatMap(([name], at) => (CLEAR.includes(name) ? [at] : []));

/**
 * The cells of a line as they are written, with their quotes; `undefined` for what this module would not write. Of a cell of any size: a
 * pattern with two ways in a loop needs a place on the stack for each character.
 */
export function csvCells(line: string): readonly string[] | undefined {
  const cells: string[] = [];
  for (let begin = 0; line[begin] === '"' && cells.length < COLUMNS.length;) {
    let end = line.indexOf('"', begin + 1);
    while (end !== -1 && line[end + 1] === '"') end = line.indexOf('"', end + 2);
    if (end === -1) return undefined;
    cells.push(line.slice(begin, end + 1));
    if (line.startsWith('\r\n', end + 1)) return line.length === end + 3 ? cells : undefined;
    if (line[end + 1] !== ',') return undefined;
    begin = end + 2;
  }
  return undefined;
}

export const columnAt = (name: string): number => COLUMNS.findIndex(([each]) => each === name);

/** Columns of a population: a line for each entry, of what one chooses by. */
const POPULATION = 'origin seq id occurred_at sealed_at action outcome resource_type resource_id actor_id hash'.split(' '); // prettier-ignore
const POPULATION_AT: readonly number[] = POPULATION.map((name) => columnAt(name));

export const POPULATION_HEAD = `${POPULATION.map((name) => `"${name}"`).join(',')}\r\n`;

/** The cells of a population's line. @param entry or the cells of its row */
export function cellsOf(entry: AuditEntry | readonly string[]): readonly string[] {
  if ('id' in entry) return POPULATION_AT.map((at) => COLUMNS[at]?.[1](entry) ?? '');
  return POPULATION_AT.map((at) => entry[at] ?? '');
}
