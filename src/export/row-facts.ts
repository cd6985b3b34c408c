import { parseJsonObject } from '../event/json-object.js';
import { columnAt, csvCells } from './csv.js';
import type { ExportFormat } from './format.js';

/** What conditions are about, of a row or a leaf. `undefined`: it has none; in a leaf, it does not say. */
export interface RowFacts {
  readonly id: string;
  readonly seq: number;
  readonly origin?: string | undefined;
  readonly occurredAt: string;
  readonly action: string;
  readonly outcome: string;
  readonly source: string;
  readonly severity?: string | undefined;
  readonly flags: readonly string[];
  readonly group?: string | undefined;
  readonly tx?: string | undefined;
  readonly resourceType?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly actorId?: string | undefined;
  readonly actorType?: string | undefined;
  readonly email?: string | undefined;
  readonly address?: string | undefined;
  readonly requestId?: string | undefined;
}

const string = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** Of the body of a leaf: the clear members alone. */
export function factsOfBody(body: string, seq: number): RowFacts {
  const read = parseJsonObject(body) ?? {};
  return factsOf({ ...read, seq, resource: { type: read['resource'] } });
}

export interface ReadRow {
  readonly facts: RowFacts;
  /** Of NDJSON. */
  readonly members?: Readonly<Record<string, unknown>> | undefined;
}

/** `undefined` for a line that is no row. @param line with its end */
export function readRow(line: string, format: ExportFormat): ReadRow | undefined {
  if (format === 'csv') {
    const facts = factsOfCells(line);
    return facts && { facts };
  }
  const members = parseJsonObject(line);
  return members && string(members['id']) !== undefined ? { facts: factsOf(members), members } : undefined;
}

function factsOf(entry: Readonly<Record<string, unknown>>): RowFacts {
  const [resource, actor] = [object(entry['resource']), object(entry['actor'])];
  return {
    id: string(entry['id']) ?? '',
    seq: Number(entry['seq']),
    origin: string(entry['origin']),
    occurredAt: string(entry['occurredAt']) ?? '',
    action: string(entry['action']) ?? '',
    outcome: string(entry['outcome']) ?? '',
    source: string(entry['source']) ?? '',
    severity: string(entry['severity']),
    flags: Array.isArray(entry['flags']) ? entry['flags'].filter((flag) => typeof flag === 'string') : [],
    group: string(entry['group']),
    tx: string(entry['tx']),
    resourceType: string(resource['type']),
    resourceId: string(resource['id']),
    actorId: string(actor['id']),
    actorType: string(actor['type']),
    email: string(actor['email']),
    address: string(actor['ip']),
    requestId: string(actor['requestId']),
  };
}

function factsOfCells(line: string): RowFacts | undefined {
  const cells = csvCells(line);
  if (cells === undefined) return undefined;
  const cell = (name: string): string | undefined => textOfCell(cells[columnAt(name)] ?? '""') || undefined;
  return {
    id: cell('id') ?? '',
    seq: Number(cell('seq')),
    origin: cell('origin'),
    occurredAt: cell('occurred_at') ?? '',
    action: cell('action') ?? '',
    outcome: cell('outcome') ?? '',
    source: cell('source') ?? '',
    severity: cell('severity'),
    flags: cell('flags')?.split(' ') ?? [],
    group: cell('group_id'),
    tx: cell('tx'),
    resourceType: cell('resource_type'),
    resourceId: cell('resource_id'),
    actorId: cell('actor_id'),
    actorType: cell('actor_type'),
    email: cell('actor_email'),
    address: cell('ip'),
    requestId: cell('request_id'),
  };
}

/** What stands in a cell, still escaped: two texts are compared in that form. */
export function textOfCell(cell: string): string {
  return cell.slice(1, -1).replaceAll('""', '"').replace(/^'/, '');
}
