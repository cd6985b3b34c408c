import type { Body } from '../chain/body.js';
import { commitment, type SectionName } from '../chain/commitment.js';
import { canonicalJson, type CanonicalObject } from '../event/canonical.js';
import { formatMicros } from '../event/clock.js';
import { projected } from '../event/identity.js';
import { parseJsonObject } from '../event/json-object.js';
import type { FindingCode } from './report.js';
import type { EntryRecord } from './source.js';

// As the sealer reads it: bytes that are not UTF-8 are an actor that nobody could read, not one with replaced letters.
const utf8 = new TextDecoder('utf-8', { fatal: true });

export type Found = (code: FindingCode, message: string) => void;

/** Compares an entry's columns and sections with its sealed body. The hash itself is checked by the caller. */
export function checkEntry(entry: EntryRecord, chainTenant: string, found: Found): { sections: number } {
  const body = parseBody(entry.body, found);
  if (body === undefined) return { sections: 0 };
  const compare = (column: string, stored: unknown, sealed: unknown): void => {
    if (stored !== sealed)
      found('PROJECTION_ALTERED', `column ${column} says ${show(stored)}, the sealed bytes say ${show(sealed)}`);
  };
  compare('id', entry.id, body.id);
  compare('occurred_at', formatMicrosOr(entry.occurredAt), body.occurredAt);
  compare('action', entry.action, body.action);
  compare('outcome', entry.outcome, body.outcome);
  compare('resource_type', entry.resourceType, body.resource ?? null);
  compare('group_id', entry.group, body.group ?? null);
  compare('tenant_key', entry.tenant, chainTenant);

  const { content } = entry;
  if (content === null) {
    if (body.commit.actor !== null || body.commit.data !== null)
      found('CONTENT_MISSING', `there is no content at position ${entry.pos}`);
    return { sections: 0 };
  }
  let sections = 0;
  const actorThere = checkSection('actor', body.commit.actor, content.saltActor, content.actor, found);
  if (actorThere) {
    sections += 1;
    const actor = parseActor(content.actor as Uint8Array);
    compare('actor_id', entry.actorId, projected(text(actor?.['id'])));
    compare('request_id', entry.requestId, projected(text(actor?.['requestId'])));
    const tenant = text(actor?.['tenant']);
    if (tenant !== undefined) compare('tenant_key', entry.tenant, projected(tenant));
  }
  if (checkSection('data', body.commit.data, content.saltData, content.data, found)) {
    sections += 1;
    const id = parseJsonObject(content.data as string)?.['id'];
    // The empty text is a key like any other.
    compare('resource_id', entry.resourceId, projected(typeof id === 'string' ? id : undefined));
  } else if (body.commit.data === null) {
    compare('resource_id', entry.resourceId, null);
  }
  return { sections };
}

function checkSection(
  name: SectionName,
  committed: string | null,
  salt: string | null,
  bytes: Uint8Array | string | null,
  found: Found,
): boolean {
  if (committed === null) {
    if (bytes !== null) found('SECTION_ALTERED', `section ${name} was added: the entry was sealed without one`);
    return false;
  }
  if (bytes === null || salt === null) {
    found('SECTION_MISSING', `section ${name} is gone`);
    return false;
  }
  if (commitment(name, salt, bytes) === committed) return true;
  found('SECTION_ALTERED', `section ${name} does not match its commitment`);
  return false;
}

function parseBody(stored: string, found: Found): Body | undefined {
  const body = parseJsonObject(stored) as (Body & CanonicalObject) | undefined;
  if (body === undefined) {
    found('BODY_INVALID', 'the body is not a JSON object');
    return undefined;
  }
  if (body.v !== 1) {
    found('UNKNOWN_VERSION', `the body has version ${show(body.v)}`);
    return undefined;
  }
  let canonical: string | undefined;
  try {
    canonical = canonicalJson(body);
  } catch {
    canonical = undefined;
  }
  if (canonical !== stored || typeof body.commit !== 'object' || body.commit === null) {
    found('BODY_INVALID', 'the body is not in canonical form');
    return undefined;
  }
  return body;
}

function parseActor(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    return parseJsonObject(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function formatMicrosOr(at: number): string {
  try {
    return formatMicros(at);
  } catch {
    return String(at);
  }
}

function show(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}
