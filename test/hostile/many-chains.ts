import { assemble, opening } from '../../src/sealer/assemble.js';
import type { EntryRecord, LogSource } from '../../src/verify/index.js';

const AT = Date.UTC(2026, 0, 1) * 1_000;
const PAGE = 1_000;

/** A log of `count` chains with their openings alone, as a sealer opens them, without a database. */
export function manyChains(count: number): LogSource {
  let minted = 0;
  const mint = (): string => `019b76da-a800-7000-8000-${(minted++).toString(16).padStart(12, '0')}`;
  const batchOf = (from: number) => {
    const size = Math.min(PAGE, count - from);
    const opened = Array.from({ length: size }, (_, i) => {
      const number = from + i + 1;
      return opening({ chain: number, origin: `example.com/many/${number}`, tenant: `t-${number}` }, number, AT);
    });
    return { opened, batch: assemble([], new Map(), opened, { sealedAt: AT / 1_000, low: 0, now: AT, mint }) };
  };
  const made = Array.from({ length: Math.ceil(count / PAGE) }, (_, page) => batchOf(page * PAGE));
  return {
    size: () => Promise.resolve(count),
    async *chains() {
      for (const { batch } of made) yield batch.moved.map(({ to }) => to);
    },
    async *entries() {
      for (const { batch, opened } of made) {
        yield batch.entries.map((entry, i): EntryRecord => {
          const { pos, at, actor, data, saltActor, saltData, tenant } = opened[i] as (typeof opened)[number];
          const nothing = { model: null, resourceId: null, group: null, header: null, flags: null };
          const sections = { actor: Buffer.from(actor), data, saltActor, saltData };
          const content = { ...nothing, ...sections, xid: '1', at, source: 'control', op: 'chain.open', tenant };
          return { ...entry, pos, sealedAt: AT, content };
        });
      }
    },
    count: () => Promise.resolve(count),
    projectedFrom: () => Promise.resolve(1),
    doubles: () => Promise.resolve({ positions: [], ids: [] }),
    unsealed: () => Promise.resolve({ count: 0, positions: [] }),
    latestChanges: () => Promise.resolve(new Map()),
  };
}
