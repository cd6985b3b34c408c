import { canonicalJson } from '../event/canonical.js';
import { formatMicros, type Micros } from '../event/clock.js';
import type { Flag, Outcome, Severity, Source } from '../event/types.js';
import type { Digest } from './hashing.js';

/** What an entry of the registry says of other chains: see `Heads`. */
export interface HeadsMember {
  /** Lines. */
  readonly count: number;
  /** RFC 6962 tree hash of the lines. */
  readonly root: Digest;
}

/** The fields of a body, version 1. Absent optional members are left out of the text. */
export interface Body {
  readonly v: 1;
  /** UUIDv7. */
  readonly id: string;
  /** RFC 3339 UTC with six fraction digits and `Z`. */
  readonly occurredAt: string;
  readonly source: Source;
  readonly action: string;
  readonly outcome: Outcome;
  /** Type of the resource; its id is in the erasable `data` section. */
  readonly resource?: string | undefined;
  readonly group?: string | undefined;
  /** `<incarnation>.<xid8>`. */
  readonly tx?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly severity?: Severity | undefined;
  /** Sorted, no duplicates; absent when empty. */
  readonly flags?: readonly Flag[] | undefined;
  /** `null`: the section never existed. An erased one keeps its commitment. */
  readonly commit: { readonly actor: Digest | null; readonly data: Digest | null };
  /** In entries of the registry alone. */
  readonly heads?: HeadsMember | undefined;
}

/** Canonical text of a body: these bytes are stored, and these bytes are hashed. */
export function encodeBody(
  fields: Omit<Body, 'v' | 'occurredAt' | 'flags'> & { occurredAt: Micros; flags?: Iterable<Flag> },
): string {
  const flags = [...new Set(fields.flags)].toSorted();
  // In the order of the keys, so that the encoder need not sort.
  return canonicalJson({
    action: fields.action,
    commit: { actor: fields.commit.actor, data: fields.commit.data },
    durationMs: fields.durationMs,
    flags: flags.length > 0 ? flags : undefined,
    group: fields.group,
    heads: fields.heads === undefined ? undefined : { count: fields.heads.count, root: fields.heads.root },
    id: fields.id,
    occurredAt: formatMicros(fields.occurredAt),
    outcome: fields.outcome,
    resource: fields.resource,
    severity: fields.severity,
    source: fields.source,
    tx: fields.tx,
    v: 1,
  });
}
