import type { SectionName } from './commitment.js';
import { headLine, type Head } from './heads.js';
import { formatProof, type Inclusion } from './inclusion.js';
import type { PublishedFile } from './publish.js';
import { formatTlogProof } from './tlog-proof.js';

/** What proves one entry to somebody who has nothing but the registry's key. */
export interface EntryProof {
  /** The bytes of the entry. */
  readonly entry: Uint8Array;
  /** Sections to be shown with it: each opens a commitment of the entry's body. */
  readonly openings?: readonly { readonly section: SectionName; readonly salt: string; readonly bytes: Uint8Array }[];
  /** From the entry to the registry. Absent for an entry of the registry itself, which is its own last step. */
  readonly chain?: {
    /** From the entry to the root of its chain. */
    readonly toHead: Inclusion;
    /** What the registry says of the chain. */
    readonly head: Head;
    /** From that line to the root in the registry's entry. */
    readonly toHeads: Inclusion;
    /** The bytes of the registry's entry, whose body has `heads`. */
    readonly heads: Uint8Array;
  };
  /** From there to the root that the registry's checkpoint signs. */
  readonly toCheckpoint: Inclusion;
  /** The signed note. */
  readonly checkpoint: string;
}

/**
 * The files of a proof: three steps, each a leaf (its bytes and nothing else) and a proof to a root that the next step holds; the
 * last root is signed. Openings are two files each, so that `sha256sum` can look at them.
 */
export function proofFolder(proof: EntryProof): readonly PublishedFile[] {
  const { chain, openings = [] } = proof;
  const last = formatTlogProof({ ...proof.toCheckpoint, checkpoint: proof.checkpoint });
  return [
    file('entry.leaf', proof.entry),
    ...openings.flatMap(({ section, salt, bytes }) => [text(`${section}.salt`, salt), file(`${section}.bytes`, bytes)]),
    ...(chain === undefined
      ? []
      : [
          text('entry.proof', formatProof(chain.toHead)),
          text('head.leaf', headLine(chain.head)),
          text('head.proof', formatProof(chain.toHeads)),
          file('registry.leaf', chain.heads),
        ]),
    text('registry.tlog-proof', last),
  ];
}

const file = (path: string, bytes: Uint8Array): PublishedFile => ({ path, bytes: Buffer.from(bytes) });
const text = (path: string, content: string): PublishedFile => file(path, Buffer.from(content));
