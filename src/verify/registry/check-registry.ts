import type { Digest } from '../../chain/hashing.js';
import { namesIn, parseNote } from '../../chain/note.js';
import { isHeadsMember } from '../../chain/heads.js';
import { MOST_TOLD, parseTold, REGISTRY, REGISTRY_SECTION_BYTES } from '../../chain/registry.js';
import type { Micros } from '../../event/clock.js';
import { parseJsonObject } from '../../event/json-object.js';
import type { Policy } from '../policy.js';
import type { ChainResult } from '../check-chain.js';
import type { Note } from '../report.js';
import { ascending, least, type Wanted } from '../roots-at.js';
import type { ChainProofs } from '../walk.js';
import { said, whole } from '../show.js';
import type { EntryRecord, EvidenceSource } from '../source.js';
import type { ChainState } from '../state.js';
import { agreedSizes, type Agreed } from './agreed.js';
import { checkAnchors } from './check-anchors.js';
import { Apart } from './apart.js';
import { Claims, type Claim } from './claims.js';
import { isKey, keyAt, lineOfKeys, MOST_HANDED_OVER, trustedKeys, type Handover } from './keys.js';
import { readAnchors, type NamedAnchor } from './read-anchors.js';
import { readControls } from './read-controls.js';
import { MOST_SENT, type ToldPart } from './told-list.js';
import { Restores } from './restores.js';
import { differing, Told } from './told.js';

/** What the registry proves of the other chains. */
export interface RegistryResult {
  /** The greatest size of the registry that a trusted key signed and that is what it was; 0: none. */
  readonly signedSize: number;
  /** The same, of what as many anchors have as the policy asks for. */
  readonly anchoredSize: number;
  /** When the entry before `anchoredSize` was sealed. */
  readonly anchoredAt?: Micros | undefined;
  /** Sizes of chains, by number, that lie before `signedSize` and `anchoredSize`. */
  readonly signed: ReadonlyMap<number, number>;
  readonly anchored: ReadonlyMap<number, number>;
  /** Anchors that agreed, of those that the policy names. */
  readonly anchors: number;
}

/**
 * What stands on chain 0: that it is what was signed and anchored, and that the chains are what it told of them. Chain 0 is walked first;
 * the sizes whose roots are wanted of each chain are asked for in ascending order.
 */
export class RegistryCheck implements ChainProofs {
  readonly #policy: Policy | undefined;
  readonly #note: Note;
  readonly #now: number;
  readonly #seen: number;
  readonly #told = new Told();
  readonly #agreed = new Map<number, Agreed>();
  #claims = new Claims([]);
  #keys: ReturnType<typeof trustedKeys> = [];
  #handovers: readonly Handover[] = [];
  #restores = new Restores('', [], 0);
  /** Trusted, and not what the registry was: judged when it is known which restores are signed. */
  #apart = new Apart(this.#restores);
  #anchors: readonly NamedAnchor[] = [];
  #origin: string;
  #isStandby = false;
  #size = 0;
  #lastHeadsAt: Micros | undefined;
  /** By chain: the size that was told last. */
  readonly #lastTold = new Map<number, number>();

  /** @param seen entries of the registry that this auditor has verified before */
  constructor(policy: Policy | undefined, note: Note, now: number, seen = 0) {
    this.#seen = seen;
    this.#policy = policy;
    this.#note = note;
    this.#now = now;
    this.#origin = `${policy?.origin ?? ''}/${REGISTRY.name}`;
  }

  /** Reads what is signed, from everywhere. @param origin of the registry in this database; the policy's wins */
  async begin(source: EvidenceSource, anchors: readonly NamedAnchor[], origin: string): Promise<void> {
    if (this.#policy === undefined) this.#origin = origin;
    this.#anchors = anchors;
    this.#isStandby = await source.isStandby();
    this.#restores = new Restores(this.#origin, this.#policy?.restores ?? [], this.#seen);
    this.#apart = new Apart(this.#restores);
    this.#handovers = await readControls(source, this.#restores, this.#note);
    this.#keys = trustedKeys(
      this.#policy?.keys ?? [],
      this.#handovers,
      ({ seq }) =>
      this.#note('CHECKPOINT_UNTRUSTED', `more than ${MOST_HANDED_OVER} keys were handed over to, and from entry ${seq} on none is trusted: name the newest of them in "keys" of the policy`, { seq }), // prettier-ignore
    );
    const [ofTheLine, others] = lineOfKeys(this.#keys, this.#handovers);
    this.#handovers = ofTheLine;
    for (const { seq } of others)
      this.#note('CHECKPOINT_UNTRUSTED', `entry ${seq} hands over between keys that the policy does not vouch for`, {
        seq,
      });
    this.#claims = new Claims(this.#keys);
    for await (const page of source.checkpoints())
      for (const { size, note } of page) this.#add(note, 0, undefined, `the checkpoint of size ${size} in the database`, size); // prettier-ignore
    await readAnchors(anchors, this.#origin, {
      note: (i, { note, storedAt }) => this.#add(note, i + 1, storedAt, `a checkpoint ${this.#sourceName(i + 1)}`), // prettier-ignore
      away: (i, why) => this.#note('ANCHOR_UNREACHABLE', `the anchor ${this.#anchorName(i)} could not be read: ${said(why)}`), // prettier-ignore
    });
  }

  #add(note: string, source: number, storedAt: number | undefined, what: string, size?: number): void {
    const { reading, checkpoint } = this.#claims.add(note, this.#origin, source, storedAt);
    if (reading === 'forged' || (checkpoint !== undefined && size !== undefined && checkpoint.size !== size))
      this.#note('CHECKPOINT_FORGED', `${what} is not what the registry's key signs`);
    else if (reading === 'untrusted' && this.#policy !== undefined && this.#keys.length > 0)
      this.#note('CHECKPOINT_UNTRUSTED', `${what} is signed by no key of the policy; it names ${namesIn(parseNote(Buffer.from(note)))}`); // prettier-ignore
  }

  /** Sizes whose roots are wanted of a chain; chains are asked for in ascending order, chain 0 first. */
  wanted(chain: number): Wanted {
    const isRegistry = chain === REGISTRY.chain;
    const next = (above: number): number | undefined =>
      isRegistry ? least(this.#claims.nextSize(above), this.#restores.nextSize(above)) : this.#told.nextOf(chain, above); // prettier-ignore
    return {
      sizes: ascending(next),
      root: (size, root, sealedAt) => {
        if (isRegistry) this.#claimed(size, root, sealedAt);
        else this.#told.found(chain, size, root);
      },
    };
  }

  #claimed(size: number, root: Digest, sealedAt: Micros): void {
    this.#restores.found(size, root);
    const claims = this.#claims.take(size);
    const isTrusted = ({ signers }: Claim): boolean => signers.length > 0;
    this.#apart.fork(size, claims.filter(isTrusted), root);
    for (const claim of claims) {
      if (claim.root !== root) this.#differs(claim);
      else if (isTrusted(claim)) {
        this.#restores.agrees(size);
        this.#agrees(claim, size, sealedAt);
      }
    }
  }

  #agrees({ source, signers, storedAt }: Claim, size: number, sealedAt: Micros): void {
    const { to, until } = keyAt(this.#handovers, size);
    const inTime = signers.some((i) => {
      const key = this.#keys[i];
      if (key === undefined) return false;
      const isOfEpoch = to === undefined ? until === undefined || isKey(until, key.vkey) : isKey(to, key.vkey);
      const at = sealedAt / 1000;
      return isOfEpoch && at >= (key.from ?? Number.NEGATIVE_INFINITY) && at <= (key.until ?? Number.POSITIVE_INFINITY);
    });
    if (!inTime) {
      this.#note('KEY_OF_ANOTHER_TIME', `the checkpoint of size ${size} (${this.#sourceName(source)}) is signed by a key whose time it was not`, { seq: size - 1 }); // prettier-ignore
      return;
    }
    // What is put again was there before.
    if (this.#agreed.get(source)?.size !== size) this.#agreed.set(source, { size, sealedAt, storedAt });
  }

  #differs(claim: Claim): void {
    if (claim.signers.length === 0) {
      this.#note('CHECKPOINT_DIFFERS', `the checkpoint of size ${claim.size} (${this.#sourceName(claim.source)}) is not what the registry is`, { seq: claim.size - 1 }); // prettier-ignore
      return;
    }
    this.#apart.add(claim);
  }

  #sourceName(source: number): string {
    return source === 0 ? 'in the database' : `in the anchor ${this.#anchorName(source - 1)}`;
  }

  #anchorName(i: number): string {
    return said(this.#anchors[i]?.name ?? '');
  }

  /** Each entry of chain 0. */
  entry({ seq, id, action, sealedAt, body, content }: EntryRecord): void {
    this.#size = Math.max(this.#size, seq + 1);
    // What was told before the state was compared then: chains may have been longer than that when it was saved.
    if (seq < this.#seen || action !== 'heads' || content === undefined) return;
    const member = parseJsonObject(body)?.['heads'];
    // Behind a full one there is more to tell: what was sealed before it is not all told yet.
    if (!isHeadsMember(member) || member.count < MOST_TOLD) this.#lastHeadsAt = sealedAt;
    const data = content?.data ?? '';
    const told = data.length <= REGISTRY_SECTION_BYTES ? parseTold(data) : undefined;
    if (!isHeadsMember(member) || told === undefined || told.length !== member.count) {
      this.#note('HEADS_WRONG', `entry ${seq} does not say of which chains it tells`, { seq, id });
      return;
    }
    // A sealer tells of chains that have grown since.
    const before = told.find(([chain, size]) => size <= (this.#lastTold.get(chain) ?? 0));
    if (before !== undefined)
      this.#note('HEADS_WRONG', `entry ${seq} tells of chain ${before[0]} at ${before[1]}, and ${this.#lastTold.get(before[0])} had been told before`, { seq, id }); // prettier-ignore
    this.#told.add({ seq, member }, told);
    for (const [chain, size] of told) this.#lastTold.set(chain, Math.max(size, this.#lastTold.get(chain) ?? 0));
  }

  /** All that was told, to be looked for elsewhere; `undefined` where it is too much to be sent. */
  toSend(): ToldPart | undefined {
    if (this.#told.lines > MOST_SENT) return undefined;
    return { told: [...this.#told.all()], lastHeadsAt: this.#lastHeadsAt };
  }

  get origin(): string {
    return this.#origin;
  }

  /** When the registry told of all chains that had grown, for the last time: what was sealed before it, it knows. */
  get lastHeadsAt(): Micros | undefined {
    return this.#lastHeadsAt;
  }

  /** The table that a sealer keeps of it. */
  async compareHeads(source: EvidenceSource): Promise<void> {
    let rows = 0;
    const chains = new Set<number>();
    const wrong: string[] = [];
    for await (const page of source.heads()) {
      for (const [chain, size] of page) {
        if (this.#lastTold.get(chain) !== size && wrong.length < 5) wrong.push(`${chain} at ${size}`);
        chains.add(chain);
      }
      rows += page.length;
    }
    // One that is gone can have another twice in its place.
    if (wrong.length > 0 || chains.size !== this.#lastTold.size || rows > chains.size)
      this.#note('HEAD_ALTERED', `it has ${rows} rows of ${chains.size} chains, and ${this.#lastTold.size} were told; not so: ${wrong.join(', ') || 'those that are missing, or there twice'}`); // prettier-ignore
  }

  /** When all chains have been walked. @param seen what this auditor saw himself before: it is covered by that */
  end(results: readonly ChainResult[], seen: readonly ChainState[] = []): RegistryResult {
    const origins = new Map(results.map(({ chain, origin }) => [chain, origin]));
    const originOf = (chain: number): string => origins.get(chain) ?? `chain ${chain}`;
    if (this.#lastHeadsAt !== undefined)
      for (const { chain, origin, sealedBefore } of results)
        if (chain > REGISTRY.chain && sealedBefore > (this.#lastTold.get(chain) ?? 0))
          this.#note('CHAIN_UNTOLD', `${origin} had ${sealedBefore} entries when the registry told of chains for the last time, and it told of ${this.#lastTold.get(chain) ?? 0}`); // prettier-ignore

    const signed = new Map<number, number>();
    const anchored = new Map<number, number>();
    for (let size = this.#claims.nextSize(this.#size); size !== undefined; size = this.#claims.nextSize(size))
      this.#beyond(this.#claims.take(size));
    const signedSize = agreedSizes(this.#agreed).at(0)?.size ?? 0;
    this.#judge(signedSize);
    const { quorum = 0 } = this.#policy ?? {};
    const ofAnchors = agreedSizes(this.#agreed, 1);
    const last = quorum > 0 ? ofAnchors[quorum - 1] : undefined;
    checkAnchors(this.#policy, last, ofAnchors.length, this.#now, this.#note);
    for (const wrong of this.#told.wrong(originOf, { signedSize, signed, anchoredSize: last?.size ?? 0, anchored }))
      this.#note('HEADS_DIFFER', differing(wrong, originOf), { seq: wrong.seq });
    for (const { chain, size } of seen)
      for (const told of chain === REGISTRY.chain ? [] : [signed, anchored])
        told.set(chain, Math.max(size, told.get(chain) ?? 0));
    return {
      signedSize,
      signed,
      anchoredSize: last?.size ?? 0,
      anchoredAt: last?.sealedAt,
      anchored,
      anchors: ofAnchors.length,
    };
  }

  /** Checkpoints of more entries than there are. */
  #beyond(claims: readonly Claim[]): void {
    for (const claim of claims) {
      if (claim.signers.length === 0)
        this.#note('CHECKPOINT_DIFFERS', `the checkpoint of size ${claim.size} (${this.#sourceName(claim.source)}) is of more entries than the registry has, ${this.#size}`); // prettier-ignore
      else this.#differs(claim);
    }
  }

  #judge(signedSize: number): void {
    for (const [size, histories] of this.#apart.forks(signedSize))
      this.#note('EQUIVOCATION', `the registry's key signed ${histories} histories of ${size} entries`, { seq: size - 1 }); // prettier-ignore
    for (const restore of this.#policy === undefined ? [] : this.#restores.unknown(signedSize)) {
      const { seq } = restore;
      const line = this.#restores.lineOf(seq);
      const add =
        line === undefined
          ? 'verify without --since: it prints the line for "restores" of the policy'
          : `add to "restores" of the policy: ${whole(line)}`;
      this.#note('RESTORE_DECLARED', `entry ${seq} says that the log goes on from a backup: ${this.#restores.leftBehind(restore)}. If you know of it and of all before, ${add}`, { seq }); // prettier-ignore
    }
    const left = this.#apart.left(signedSize);
    if (left === undefined) return;
    const { first, last, count } = left;
    const more = count > 1 ? ` (and ${count - 1} more)` : '';
    if (first.size > this.#size && this.#isStandby)
      this.#note('STANDBY_BEHIND', `this standby's registry has ${this.#size} entries, and one of ${last.size} is signed: behind by ${last.size - this.#size}`); // prettier-ignore
    else if (first.size > this.#size)
      this.#note('REGISTRY_CUT', `the registry has ${this.#size} entries, and had ${last.size} when it was signed (${this.#sourceName(last.source)})${more}`, { seq: this.#size }); // prettier-ignore
    else
      this.#note('REGISTRY_REWRITTEN', `the first ${first.size} entries of the registry are not those that were signed (${this.#sourceName(first.source)})${more}`, { seq: first.size - 1 }); // prettier-ignore
  }

  close(): void {
    this.#told.close();
    this.#claims.close();
  }
}
