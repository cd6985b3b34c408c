import { hash } from 'node:crypto';
import { encodeBody, type HeadsMember } from '../../src/chain/body.js';
import { signCheckpoint } from '../../src/chain/checkpoint.js';
import { commitment, type SectionName } from '../../src/chain/commitment.js';
import { leafHash, nodeHash, NO_PREVIOUS, type Digest } from '../../src/chain/hashing.js';
import { Heads, parseHeadLine, type Head } from '../../src/chain/heads.js';
import { leafOf } from '../../src/chain/leaf.js';
import { rootOf } from '../../src/chain/merkle.js';
import type { NoteSigner } from '../../src/chain/note.js';
import { proofFolder } from '../../src/chain/proof-folder.js';
import { inclusionPlan, proofOf, rootPlan } from '../../src/chain/proof.js';
import { tilesOf, type PublishedFile } from '../../src/chain/publish.js';
import { formatSectionLine, type SectionLine } from '../../src/chain/section-line.js';
import { uuidV7Minter } from '../../src/event/uuid.js';
import { signerOf } from '../chain/support/keys.js';

export const T0 = 1_767_225_600_000_000;
const mint = uuidV7Minter((size) => new Uint8Array(size));

/** A chain in memory, as a sealer would make it: only that nothing was captured. */
export class MadeChain {
  readonly leaves: Buffer[] = [];
  readonly sections: SectionLine[] = [];
  readonly ids: string[] = [];
  readonly #levels: Digest[][] = [[]];

  constructor(readonly origin: string) {
    this.append('chain.open', { isControl: true });
  }

  append(
    action: string,
    what: { heads?: HeadsMember; isControl?: boolean; v?: number; at?: number; edit?: (body: string) => string } = {},
  ): this {
    const seq = this.leaves.length;
    const at = what.at ?? T0 + seq * 1_000_000;
    const id = mint(at);
    const commit: Record<SectionName, Digest | null> = { actor: null, data: null };
    for (const section of ['actor', 'data'] as const) {
      // Now and then a section that never was.
      if (what.isControl === true || seq % (section === 'actor' ? 7 : 11) === 3) continue;
      const salt = hash('sha256', `${this.origin} ${seq} ${section}`).slice(0, 32);
      const bytes = Buffer.from(`{"id":"${section} ${seq}","n":"J\u00fcrgen\n${'x'.repeat(seq % 50)}"}`);
      commit[section] = commitment(section, salt, bytes);
      this.sections.push({ seq, id, section, salt, bytes });
    }
    const source = what.isControl === true ? ('control' as const) : ('record' as const);
    const body = encodeBody({ id, occurredAt: at, source, action, outcome: 'success', commit, heads: what.heads });
    const header = { origin: this.origin, seq, sealedAt: new Date(at / 1_000).toISOString(), prev: this.#last() };
    const later = what.v === undefined ? body : body.replace(/"v":1\}$/, `"v":${what.v}}`);
    const leaf = leafOf(header, what.edit?.(later) ?? later);
    this.ids.push(id);
    this.leaves.push(Buffer.from(leaf));
    (this.#levels[0] as Digest[]).push(leafHash(leaf));
    return this;
  }

  root(size = this.leaves.length): Digest {
    return rootOf(rootPlan(size).map(({ level, index }) => this.read(level, index)));
  }

  head(size = this.leaves.length): Head {
    return { origin: this.origin, size, root: this.root(size) };
  }

  readonly read = (level: number, index: number): Digest => {
    const hashes = (this.#levels[level] ??= []);
    return (hashes[index] ??= nodeHash(this.read(level - 1, index * 2), this.read(level - 1, index * 2 + 1)));
  };

  #last(): Digest {
    return this.#levels[0]?.at(-1) ?? NO_PREVIOUS;
  }
}

/** The files of a chain's published directory, its checkpoint last. */
export async function published(
  { origin, leaves }: MadeChain,
  checkpoint: Head,
  signer: NoteSigner,
): Promise<readonly PublishedFile[]> {
  const note = await signCheckpoint({ ...checkpoint, origin }, [signer]);
  return [...tilesOf(leaves), { path: 'checkpoint', bytes: Buffer.from(note) }];
}

export function sectionFile({ sections }: Pick<MadeChain, 'sections'>): string {
  return sections.map(formatSectionLine).join('');
}

/** Some chains and the registry that tells of them. */
export class MadeLog {
  readonly chains: readonly MadeChain[];
  readonly registry: MadeChain;
  readonly heads: Heads;
  readonly #key: string;

  /** @param lies what the registry tells in the place of what is so */
  constructor(
    deployment: string,
    sizes: readonly number[],
    lies: { readonly key?: string; readonly heads?: readonly Head[]; readonly action?: string } = {},
  ) {
    this.#key = lies.key ?? 'key of the log';
    this.chains = sizes.map((size, i) => {
      const chain = new MadeChain(`${deployment}/${i + 1}`);
      while (chain.leaves.length < size) chain.append('invoice.approve');
      return chain;
    });
    this.heads = new Heads(lies.heads ?? this.chains.map((chain) => chain.head()));
    this.registry = new MadeChain(`${deployment}/registry`)
      .append('heads', { isControl: true, heads: new Heads([]).member() })
      .append(lies.action ?? 'heads', { isControl: true, heads: this.heads.member() })
      .append('key.rotated', { isControl: true });
  }

  /** The one key, under the name of a chain. */
  signer(origin: string): NoteSigner {
    return signerOf(origin, this.#key);
  }

  /** The folder that proves an entry, with its sections open. @param as the chain whose line is shown for it */
  async proof(chain: MadeChain, seq: number, as = chain.origin): Promise<readonly PublishedFile[]> {
    const { registry } = this;
    const told = 2;
    const toHeads = this.heads.prove(as);
    if (toHeads === undefined) throw new Error(`the registry does not know ${as}`);
    return proofFolder({
      entry: chain.leaves[seq] as Buffer,
      openings: chain.sections.flatMap((line) =>
        line.seq === seq && line.salt !== null && line.bytes !== null
          ? [{ section: line.section, salt: line.salt, bytes: line.bytes }]
          : [],
      ),
      chain: {
        toHead: { index: seq, hashes: proofOf(inclusionPlan(seq, chain.leaves.length), chain.read) },
        head: parseHeadLine(toHeads.line),
        toHeads,
        heads: registry.leaves[told] as Buffer,
      },
      toCheckpoint: {
        index: told,
        hashes: proofOf(inclusionPlan(told, registry.leaves.length), registry.read),
      },
      checkpoint: await signCheckpoint(registry.head(), [this.signer(registry.origin)]),
    });
  }
}
