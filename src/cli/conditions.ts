import { InvalidArgumentError, Option, type Command } from 'commander';
import { ActionBook } from '../event/action-book.js';
import { FLAGS, OUTCOMES, SEVERITIES, SOURCES, type Outcome, type Resource, type Source } from '../event/types.js';
import { prismaValues } from '../query/prisma-values.js';
import type { AuditConditions } from '../query/query.js';
import { AuditReader } from '../query/reader.js';
import { postgresEntryStore, type Pool } from '../store/postgres/index.js';
import type { Environment } from './environment.js';

export type ConditionOptions = Omit<AuditConditions, 'resource' | 'outcome' | 'source'> & {
  readonly resource?: Resource;
  readonly outcome?: Outcome[];
  readonly source?: Source[];
};

/** The conditions of a question, as options of a command. */
export function withConditions(command: Command): Command {
  return command
    .option('--tenant <id>', 'tenant (default: entries without one)')
    .option('--all-tenants', 'entries of all tenants, where the role of this connection sees them')
    .option('--actor <id>', 'by actor')
    .option('--email <address>', "by the actor's e-mail address")
    .option('--address <ip>', 'by network address')
    .option('--resource <type[:id]>', 'by resource; with an id in the order of its history', resource)
    .option('--action <name>', 'by action, or a prefix: "invoice.*"')
    .option('--mark <word>', 'by a mark of the catalogue of actions (audit.config)')
    .addOption(new Option('--source <name...>', 'by source').choices(SOURCES))
    .addOption(new Option('--outcome <name...>', 'by outcome').choices(OUTCOMES))
    .option('--failures', 'only what did not succeed')
    .addOption(new Option('--severity <name>', 'by severity').choices(SEVERITIES))
    .addOption(new Option('--flag <name>', 'by flag').choices(FLAGS))
    .option('--tx <id>', 'by transaction of the database, as entries name it')
    .option('--group <uuid>', 'one unit of work')
    .option('--request-id <id>', 'by request id')
    .option('--from <time>', 'occurred at or after (ISO 8601)', time)
    .option('--to <time>', 'occurred before (ISO 8601)', time);
}

const NAMES = 'tenant allTenants actor email address resource action mark source outcome failures severity flag tx group requestId from to'.split(' '); // prettier-ignore

/** Those among the options of a command. */
export function conditionsOf(options: ConditionOptions): AuditConditions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => NAMES.includes(name)));
}

/** A reader with what the configuration knows of models and actions. */
export function readerOf(pool: Pool, { schema, coverage }: Environment, values = false): AuditReader {
  const { catalogue, actions } = coverage;
  // The role may be the reader's, which sees the tenant that is named and else nothing.
  return new AuditReader(postgresEntryStore(pool, schema, { tellTenant: true }), {
    allTenants: true,
    schema: values && catalogue !== undefined ? { catalogue, prisma: prismaValues } : undefined,
    actions: new ActionBook(actions),
  });
}

export function time(value: string): Date {
  const date = new Date(value);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('is not a time; write for example 2026-03-01T00:00:00Z');
  return date;
}

/** `Invoice:42`, or a type alone; an id may have colons. */
export function resource(value: string): Resource {
  const [type = '', ...id] = value.split(':');
  if (type === '') throw new InvalidArgumentError('is not a resource; write for example Invoice:42');
  return id.length === 0 ? { type } : { type, id: id.join(':') };
}
