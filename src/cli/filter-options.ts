import { type Command, InvalidArgumentError } from 'commander';
import type { ExportQuery } from '../export/entries.js';

/** Conditions of a question, as options. */
export interface FilterOptions {
  readonly tenant?: string;
  readonly actor?: string;
  readonly resource?: string;
  readonly action?: string;
  readonly failures?: boolean;
  readonly group?: string;
  readonly requestId?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly newest?: boolean;
}

export function withFilter(command: Command): Command {
  return command
    .option('--tenant <id>', 'tenant (default: entries without one)')
    .option('--actor <id>', 'by actor')
    .option(
      '--resource <type[:id]>',
      'by resource; with an id this is the history of a record, in the order of its chain',
    ) // prettier-ignore
    .option('--action <name>', 'by action, or a prefix: "invoice.*"')
    .option('--failures', 'only what did not succeed')
    .option('--group <uuid>', 'one unit of work')
    .option('--request-id <id>', 'by request id')
    .option('--from <time>', 'occurred at or after (ISO 8601)', time)
    .option('--to <time>', 'occurred before (ISO 8601)', time)
    .option('--newest', 'newest first');
}

export function filterOf(options: FilterOptions): ExportQuery {
  const { tenant, actor, action, failures, group, requestId, from, to } = options;
  const [type, ...id] = options.resource?.split(':') ?? [];
  const resource = type === undefined ? undefined : { type, ...(id.length > 0 ? { id: id.join(':') } : {}) };
  const order = options.newest ? 'newest' : 'oldest';
  return { tenant, actor, action, failures, group, requestId, from, to, resource, order };
}

/** As they were given, for a sheet that is filed. */
export function filterWords(options: FilterOptions): readonly string[] {
  const { tenant, actor, resource, action, group, requestId, from, to } = options;
  const named = { tenant, actor, resource, action, group, 'request-id': requestId, from: from?.toISOString(), to: to?.toISOString() }; // prettier-ignore
  return [
    ...Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, quoted(value)])),
    ...(options.failures ? ['--failures'] : []),
    ...(options.newest ? ['--newest'] : []),
  ];
}

/** As a shell would take it. */
export function quoted(word: string): string {
  return /^[\w.:/@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function time(value: string): Date {
  const date = new Date(value);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('is not a time; write for example 2026-03-01T00:00:00Z');
  return date;
}
