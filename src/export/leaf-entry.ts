import type { SectionName } from '../chain/commitment.js';
import type { Digest } from '../chain/hashing.js';
import { readEntry, type AuditEntry } from '../query/read-entry.js';
import type { LeafLine } from './leaf-line.js';

export interface LeafFacts extends LeafLine {
  readonly id: string;
  readonly origin: string;
  readonly hash: Digest;
  readonly tenant: string;
  /** As `parseLeaf` found them in the body. */
  readonly action: string;
  readonly outcome: string;
}

/** Bytes of the sections that can be shown. */
export type SectionBytes = Readonly<Partial<Record<SectionName, Uint8Array | undefined>>>;

/** The entry that a reader without a catalogue makes of a leaf and its sections. A body says all that its columns do. */
export function entryOfLeaf(leaf: LeafFacts, sections: SectionBytes = {}): AuditEntry {
  return readEntry({
    chain: 0,
    origin: leaf.origin,
    seq: leaf.seq,
    place: String(leaf.seq),
    id: leaf.id,
    hash: leaf.hash,
    sealedAt: Date.parse(leaf.sealedAt),
    tenant: leaf.tenant,
    columns: { action: leaf.action, outcome: leaf.outcome, resourceType: null, occurredAt: 0 },
    body: leaf.body,
    content: 'there',
    actor: sections.actor ?? null,
    data: sections.data === undefined ? null : Buffer.from(sections.data).toString('utf8'),
    tooLarge: [],
  });
}
