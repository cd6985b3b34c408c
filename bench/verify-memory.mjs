import { entryHash, FrontierBuilder } from '../dist/esm/chain/index.js';
import { withLogSource } from '../dist/esm/store/postgres/index.js';
import { verify } from '../dist/esm/verify/index.js';

const KEPT = 20_000;
const PAGE = 500;
const ROUNDS = 7;

/** What the processor alone can do, with the first entries of the log held in memory. Entries a second of one core; the best of some rounds. */
export async function inMemory(pool) {
  const chains = [];
  const entries = [];
  await withLogSource(pool, 'audit', async (source) => {
    for await (const page of source.chains()) chains.push(...page);
    for await (const page of source.entries()) {
      entries.push(...page);
      if (entries.length >= KEPT) break;
    }
  });
  const [{ chain, origin }] = chains;
  const own = entries.filter((entry) => entry.chain === chain);
  const best = async (work) => {
    const rates = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { user, system } = process.cpuUsage();
      await work();
      const after = process.cpuUsage();
      rates.push(own.length / ((after.user + after.system - user - system) / 1e6));
    }
    return Math.max(...rates);
  };
  const source = (content) => ({
    size: async () => own.length,
    async *chains() {
      yield chains.slice(0, 1);
    },
    async *entries() {
      for (let at = 0; at < own.length; at += PAGE) yield own.slice(at, at + PAGE);
    },
    count: async () => own.length,
    doubles: async () => ({ positions: [], ids: [] }),
    unsealed: async () => ({ count: 0, positions: [] }),
    latestChanges: async () => new Map(),
    content,
  });
  return {
    hashing: await best(() => hashAll(own, origin)),
    headers: await best(() => verify(source(false), { content: false })),
    full: await best(() => verify(source(true))),
  };
}

function hashAll(entries, origin) {
  const tree = new FrontierBuilder();
  let prev = '0'.repeat(64);
  for (const { seq, body } of entries) {
    prev = entryHash({ origin, seq, sealedAt: '2026-01-02T03:04:05.678Z', prev }, body);
    tree.append(prev);
  }
  return tree.root();
}
