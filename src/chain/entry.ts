import type { Micros } from '../event/clock.js';
import { emailKey, projected } from '../event/identity.js';

export { tenantKey } from '../event/identity.js';
import type { Flag } from '../event/types.js';
import { encodeBody, type Body } from './body.js';
import type { CapturedFields } from './captured.js';
import type { Finished } from './finish.js';
import type { Digest } from './hashing.js';

/** What is stored of an entry beside its place in the chain: the body, and the columns by which it is found. */
export interface EntryText {
  readonly body: string;
  readonly actorId: string | null;
  readonly requestId: string | null;
  readonly action: string;
  readonly outcome: string;
  readonly resourceType: string | null;
  readonly resourceId: string | null;
  readonly group: string | null;
  readonly source: string;
  readonly actorEmail: string | null;
  readonly address: string | null;
  readonly plate: string | null;
  readonly subject: string | null;
}

/**
 * Body and columns of a finished row. The sealer writes what this makes, and the verifier compares with it.
 * @param at when it happened; for a row whose own time no body can hold, when it was sealed
 */
export function entryText(
  finished: Finished,
  stamp: { readonly id: string; readonly at: Micros; readonly isTimeLost: boolean },
  resourceId: string | null,
): EntryText {
  const flags = stamp.isTimeLost ? new Set<Flag>([...finished.body.flags, 'malformed']) : finished.body.flags;
  const { text, fields } = totalBody({ ...finished.body, id: stamp.id, occurredAt: stamp.at, flags });
  return {
    body: text,
    actorId: projected(finished.actorId),
    requestId: projected(finished.requestId),
    action: fields.action,
    outcome: fields.outcome,
    resourceType: fields.resource ?? null,
    resourceId: projected(resourceId ?? undefined),
    group: fields.group ?? null,
    source: fields.source,
    actorEmail: emailKey(finished.actorEmail),
    address: projected(finished.address),
    plate: projected(finished.plate),
    subject: projected(finished.subject),
  };
}

/** Fields of `chain.open`, the first entry of every chain. It belongs to no transaction of an application. */
export function finishOpening(tenant: string, commit: { actor: Digest | null; data: Digest | null }): Finished {
  return {
    tenant,
    actorId: 'sealer',
    actorEmail: undefined,
    address: undefined,
    plate: undefined,
    subject: undefined,
    requestId: undefined,
    body: { source: 'control', action: 'chain.open', outcome: 'success', flags: new Set(), commit },
  };
}

/**
 * Ids of the changes of one transaction keep the order of their statements, whatever the clock did; events say when they
 * occurred. Only a trigger writes `op`: a time that somebody claims for an event moves no change.
 */
export function laneOf(row: Pick<CapturedFields, 'source' | 'op' | 'xid'>): string | undefined {
  return row.source === 'change' && row.op !== null ? row.xid : undefined;
}

/**
 * Belt and braces: `finish` lets nothing through that has no canonical form. If it ever did, the chain must go on; the
 * sections are still committed to.
 */
function totalBody(fields: Parameters<typeof encodeBody>[0]): { text: string; fields: BodyFields } {
  try {
    return { text: encodeBody(fields), fields };
  } catch {
    const { id, occurredAt, source, action, outcome, commit } = fields;
    const bare = { id, occurredAt, source, action, outcome, commit };
    return { text: encodeBody({ ...bare, flags: ['malformed'] }), fields: bare };
  }
}

type BodyFields = Pick<Body, 'source' | 'action' | 'outcome' | 'resource' | 'group'>;
