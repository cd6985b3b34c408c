import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ALL_CHAINS, withLogSource, type ChainRange, type LogPart, type Pool } from '../store/postgres/index.js';
import type { LogSource } from '../verify/index.js';
import { REGISTRY } from '../chain/registry.js';
import type { ToldPart } from '../verify/registry/told-list.js';
import type { WalkedPart, Walkers } from '../verify/verify.js';
import type { WalkOptions, WalkSource } from '../verify/walk.js';
import { complain, line } from './terminal.js';
import type { WalkMessage, WalkOrder } from './walk-worker.js';

const AFTER_REGISTRY: ChainRange = { from: REGISTRY.chain + 1, to: ALL_CHAINS.to };

type Log = Pick<WalkOrder, 'databaseUrl' | 'schema'> & { readonly snapshot: string };

/**
 * Walks ranges of chains, each by a thread with a connection of its own.
 * @returns what they met, in the order of the chains
 * @throws the error of the first that fails, and ends the others: a part that nobody verified is never a pass
 */
export async function walkApart(
  log: Log,
  ranges: readonly ChainRange[],
  { onProgress, ...options }: Omit<WalkOptions, 'onChain' | 'proofs'>,
  { told, lastHeadsAt }: ToldPart,
): Promise<readonly WalkedPart[]> {
  const read = ranges.map(() => 0);
  const workers: Worker[] = [];
  try {
    return await Promise.all(
      ranges.map((chains, i) => {
        const part: LogPart = { snapshot: log.snapshot, chains };
        const { databaseUrl, schema } = log;
        const ofThese = told.filter(([chain]) => chain >= chains.from && chain <= chains.to);
        const order: WalkOrder = { databaseUrl, schema, part, options, told: { told: ofThese, lastHeadsAt } };
        const worker = new Worker(WORKER(), { workerData: order });
        workers.push(worker);
        return walkedBy(worker, (count) => {
          read[i] = count;
          onProgress?.(read.reduce((sum, each) => sum + each, 0));
        });
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** The file beside that of the process: `import.meta` is not for this package's sources. */
const WORKER = (): string => join(dirname(realpathSync(process.argv[1] ?? '')), 'walk-worker.js');

function walkedBy(worker: Worker, onRead: (count: number) => void): Promise<WalkedPart> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: WalkMessage) => {
      if ('read' in message) onRead(message.read);
      else resolve(message.walked);
    });
    worker.on('messageerror', reject);
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a thread ended with ${code} before it had verified its part: nothing was verified`))); // prettier-ignore
  });
}

/** Ranges of about as many entries each, by the rows of the chains behind the registry; together they leave no number out. */
export async function rangesOf(
  source: Pick<LogSource, 'chains' | 'size'>,
  count: number,
): Promise<readonly ChainRange[]> {
  const each = (await source.size()) / count;
  const ranges: ChainRange[] = [];
  let [from, sum] = [AFTER_REGISTRY.from, 0];
  for await (const page of source.chains()) {
    for (const { chain, size } of page) {
      sum += size;
      if (sum < each * (ranges.length + 1) || ranges.length === count - 1 || chain < from || chain >= ALL_CHAINS.to)
        continue;
      ranges.push({ from, to: chain });
      from = chain + 1;
    }
  }
  return [...ranges, { from, to: ALL_CHAINS.to }];
}

interface Source extends Pick<LogSource, 'chains' | 'size'> {
  part(chains: ChainRange): WalkSource;
  isCopyable(): Promise<boolean>;
  exportSnapshot(): Promise<string>;
}

/**
 * What `verify` is to walk the chains with: nothing of its own, where one thread is asked for, or where the tables are so that they
 * are read through a cursor, or another connection does not see this snapshot (it is led to another server); then it says so.
 */
export async function walkersFor(
  pool: Pool,
  log: Omit<Log, 'snapshot'>,
  source: Source,
  threads: number,
): Promise<{ walkers?: Walkers }> {
  if (threads === 1) return {};
  const alone = (why: string): object => {
    complain(line`note: one thread verifies, not ${threads}: ${why}`);
    return {};
  };
  if (!(await source.isCopyable())) return alone('the tables of the log are not as this package makes them');
  const snapshot = await source.exportSnapshot();
  try {
    await withLogSource(pool, log.schema, async () => undefined, { snapshot, chains: ALL_CHAINS });
  } catch (error) {
    return alone(`another connection does not see the same snapshot: ${error instanceof Error ? error.message : String(error)}`); // prettier-ignore
  }
  const ranges = await rangesOf(source, threads);
  const { databaseUrl, schema } = log;
  const walkers: Walkers = {
    first: source.part({ from: ALL_CHAINS.from, to: REGISTRY.chain }),
    others: source.part(AFTER_REGISTRY),
    rest: (options, told) => walkApart({ databaseUrl, schema, snapshot }, ranges, options, told),
  };
  return { walkers };
}
