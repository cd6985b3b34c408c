/** What a thread of `verify --parallel` runs: the chains of one range, in the snapshot of the thread that started it. */
import { parentPort, workerData } from 'node:worker_threads';
import { createPool, withLogSource, type LogPart } from '../store/postgres/index.js';
import { ToldList, type ToldPart } from '../verify/registry/told-list.js';
import type { WalkedPart } from '../verify/verify.js';
import { walk, type WalkOptions } from '../verify/walk.js';

/** What it is given: plain values. */
export interface WalkOrder {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly part: LogPart;
  readonly options: Omit<WalkOptions, 'onChain' | 'onProgress' | 'proofs'>;
  /** Of these chains. */
  readonly told: ToldPart;
}

/** What it sends: how far it is, and at last what it met, as `Walked`. */
export type WalkMessage = { readonly read: number } | { readonly walked: WalkedPart };

const { databaseUrl, schema, part, options, told } = workerData as WalkOrder; // of `walkApart`, which starts it
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
const send = (message: WalkMessage): void => parentPort?.postMessage(message);

const pool = createPool(databaseUrl, { max: 1, applicationName: 'nestjs-prisma-audit verify' });
try {
  let last: number | undefined;
  const onChain = ({ chain }: { chain: number }): boolean => {
    // A second row of a number is told by whoever looks at the rows of all chains.
    const isNew = chain !== last;
    last = chain;
    return isNew;
  };
  const onProgress = (read: number): void => send({ read });
  const proofs = new ToldList(told);
  const walked = await withLogSource(pool, schema, (source) => walk(source, { ...options, proofs, onChain, onProgress }), part); // prettier-ignore
  send({ walked: { ...walked, found: proofs.found } });
} finally {
  await pool.end();
}
