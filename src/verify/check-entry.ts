import { commitment, type SectionName } from '../chain/commitment.js';
import { formatMicros } from '../event/clock.js';
import { projected } from '../event/identity.js';
import { parseJsonObject } from '../event/json-object.js';
import { sectionsIfClean } from './clean-entry.js';
import { checkIdTime, compareWithCaptured, type LateId } from './compare-captured.js';
import { checkForm, parseBody } from './parse-body.js';
import type { Found } from './report.js';
import { show } from './show.js';
import type { EntryRecord } from './source.js';

/**
 * Compares an entry's columns, sections and captured row with its sealed body; the columns alone where the content was not read.
 * The hash itself is checked by the caller.
 * @param isOld it was sealed before there were the later projections, and has none of them
 * @returns how many sections were compared, and what only other rows can tell
 */
export function checkEntry(
  entry: EntryRecord,
  chainTenant: string,
  found: Found,
  isOld = false,
): { readonly sections: number; readonly late?: LateId | undefined } {
  const clean = sectionsIfClean(entry, chainTenant, isOld);
  if (clean !== undefined) return { sections: clean };
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
  if (!isOld) compare('source', entry.source, body.source);
  compare('tenant_key', entry.tenant, chainTenant);
  const late = checkIdTime(entry, body, found);

  const { content } = entry;
  if (content === undefined) return { sections: 0, late };
  if (content === null) {
    found('CONTENT_MISSING', `there is no content at position ${entry.pos}`);
    checkForm(body, entry.body, found);
    return { sections: 0 };
  }
  const isActorThere = checkSection('actor', body.commit.actor, content.saltActor, content.actor, found);
  const isDataThere = checkSection('data', body.commit.data, content.saltData, content.data, found);
  compareWithCaptured(entry, body, content, chainTenant, { isActorThere, isDataThere, isOld }, found);
  if (isDataThere) {
    const id = parseJsonObject(content.data as string)?.['id'];
    // The empty text is a key like any other.
    compare('resource_id', entry.resourceId, projected(typeof id === 'string' ? id : undefined));
  } else if (body.commit.data === null && content.tooLarge !== true) {
    compare('resource_id', entry.resourceId, null);
  }
  return { sections: Number(isActorThere) + Number(isDataThere), late };
}

/** Whether an entry has none of the projections that there are since 0011_questions.sql. */
export function isUnprojected({ source, actorEmail, address, plate, subject }: EntryRecord): boolean {
  return source === null && actorEmail === null && address === null && plate === null && subject === null;
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

/** In the form of a body; what is no time as the number that it is. */
function formatMicrosOr(at: number): string {
  try {
    return formatMicros(at);
  } catch {
    return String(at);
  }
}
