import { NO_PREVIOUS } from '../chain/hashing.js';
import { entryHash, isOrigin } from '../chain/leaf.js';
import { encodeFrontier, FrontierBuilder } from '../chain/merkle.js';
import { formatMillis, type Micros } from '../event/clock.js';
import { projected } from '../event/identity.js';
import { checkEntry } from './check-entry.js';
import type { Pin } from './pin.js';
import type { ChainReport, FindingCode } from './report.js';
import type { ChainRecord, EntryRecord, LogSource } from './source.js';

export type Note = (code: FindingCode, message: string, entry?: { seq: number; id?: string }) => void;

export interface ChainResult extends ChainReport {
  readonly sections: number;
  readonly firstSealedAt?: number | undefined;
  readonly lastSealedAt?: number | undefined;
  readonly pinsAgreed: number;
}

/** Walks one chain from its first entry to its last, and goes on after every finding. */
export async function checkChain(
  source: LogSource,
  chain: ChainRecord,
  pins: readonly Pin[],
  note: Note,
  progress: (entries: number) => void,
): Promise<ChainResult> {
  let findings = 0;
  const found: Note = (...args) => {
    findings += 1;
    note(...args);
  };
  if (!isOrigin(chain.origin)) found('CHAIN_ALTERED', `the origin ${JSON.stringify(chain.origin)} is not well-formed`);
  const tree = new FrontierBuilder();
  const rootAt = new Map<number, string>();
  const wanted = new Set(pins.map((pin) => pin.size));
  if (wanted.has(0)) rootAt.set(0, tree.root());
  let next = 0;
  let prev = NO_PREVIOUS;
  let sections = 0;
  let first: EntryRecord | undefined;
  let last: EntryRecord | undefined;

  for await (const page of source.entries(chain.chain)) {
    for (const entry of page) {
      const { seq, id } = entry;
      const at = { seq, id };
      if (seq !== next) {
        found(
          'ENTRY_MISSING',
          seq === next + 1 ? `entry ${next} is missing` : `entries ${next} to ${seq - 1} are missing`,
          { seq: next },
        );
      }
      if (last !== undefined && entry.sealedAt < last.sealedAt)
        found('TIME_BACKWARDS', `sealed before entry ${last.seq}`, at);
      const sealedAt = sealedTime(entry.sealedAt);
      const expected = entryHash({ origin: chain.origin, seq, sealedAt, prev }, entry.body);
      // After a hole nothing is known of the entry before: only its hash could tell, and that is gone.
      if (expected !== entry.hash && seq === next)
        found('ENTRY_ALTERED', `entry ${seq} was changed, or it does not follow entry ${seq - 1}`, at);
      sections += checkEntry(entry, chain.tenant, (code, message) => found(code, message, at)).sections;
      if (seq === 0) checkOpening(entry, chain, found);
      tree.append(entry.hash);
      prev = entry.hash;
      next = seq + 1;
      if (wanted.has(next)) rootAt.set(next, tree.root());
      first ??= entry;
      last = entry;
    }
    progress(page.length);
  }
  checkHead(chain, next, prev, tree, found);
  const agreed = pins.filter((pin) => checkPin(pin, next, rootAt, found));
  return {
    origin: chain.origin,
    chain: chain.chain,
    tenant: chain.tenant,
    entries: tree.size,
    root: Buffer.from(tree.root(), 'hex').toString('base64'),
    findings,
    pinnedSize: agreed.length > 0 ? Math.max(...agreed.map((pin) => pin.size)) : undefined,
    sections,
    firstSealedAt: first?.sealedAt,
    lastSealedAt: last?.sealedAt,
    pinsAgreed: agreed.length,
  };
}

/** As it was hashed. A sealer writes milliseconds; what it cannot have written hashes to nothing that is stored. */
function sealedTime(at: Micros): string {
  return Number.isSafeInteger(at) && at >= 0 && at % 1000 === 0
    ? formatMillis(at / 1000)
    : 'no time that a sealer writes';
}

function checkHead(chain: ChainRecord, size: number, hash: string, tree: FrontierBuilder, found: Note): void {
  if (chain.size < size)
    found('ENTRY_EXTRA', `the chain has ${chain.size} entries by its row, ${size} by its sequence`);
  else if (chain.size > size)
    found('ENTRY_MISSING', `entries ${size} to ${chain.size - 1} are missing at the end`, { seq: size });
  else if (chain.hash !== hash)
    found('CHAIN_ALTERED', 'the hash in the row of the chain is not that of the last entry');
  else if (chain.frontier !== encodeFrontier(tree.frontier()))
    found('CHAIN_ALTERED', 'the frontier in the row of the chain is not that of its entries');
}

/** Entry 0 says whose chain this is; without that check a whole chain could be given to another tenant. */
function checkOpening(entry: EntryRecord, chain: ChainRecord, found: Note): void {
  const at = { seq: 0, id: entry.id };
  if (entry.action !== 'chain.open')
    return found('OPENING_WRONG', `entry 0 is ${JSON.stringify(entry.action)}, not chain.open`, at);
  try {
    const { details } = JSON.parse(entry.content?.data ?? '{}') as { details?: { origin?: unknown; tenant?: unknown } };
    if (details?.origin !== chain.origin || projected(String(details.tenant)) !== chain.tenant) {
      found('OPENING_WRONG', 'entry 0 opens the chain of another origin or tenant', at);
    }
  } catch {
    found('OPENING_WRONG', 'entry 0 has no readable data', at);
  }
}

function checkPin(pin: Pin, size: number, rootAt: ReadonlyMap<number, string>, found: Note): boolean {
  if (pin.size > size) {
    found('CHAIN_CUT', `the chain has ${size} entries, and had ${pin.size} when it was pinned`, { seq: size });
    return false;
  }
  if (rootAt.get(pin.size) === pin.root) return true;
  found('CHAIN_REWRITTEN', `the first ${pin.size} entries are not those that were pinned`);
  return false;
}
