import type { LogSource } from '../../../src/verify/index.js';

type Page<M extends 'chains' | 'entries'> =
  ReturnType<LogSource[M]> extends AsyncIterable<readonly (infer T)[]> ? T : never;
type Evidence = NonNullable<LogSource['evidence']>;

/** All that a source gives, read once: it can be verified again and again, by verifiers that differ, when the database is no more. */
export async function recorded(source: LogSource): Promise<LogSource> {
  const [size, count, doubles] = [await source.size(), await source.count(), await source.doubles()];
  const chains: Page<'chains'>[] = await all(source.chains());
  const entries: Page<'entries'>[] = await all(source.entries());
  const projectedFrom = await source.projectedFrom();
  const unsealed = await source.unsealed(60_000);
  const latest = await source.latestChanges([...new Set(entries.flatMap(({ content }) => content?.xid ?? []))]);
  const evidence = source.evidence && (await recordedEvidence(source.evidence));
  return {
    size: () => Promise.resolve(size),
    count: () => Promise.resolve(count),
    projectedFrom: () => Promise.resolve(projectedFrom),
    doubles: () => Promise.resolve(doubles),
    unsealed: () => Promise.resolve(unsealed),
    latestChanges: () => Promise.resolve(latest),
    chains: () => page(chains),
    entries: () => page(entries),
    evidence,
  };
}

async function recordedEvidence(evidence: Evidence): Promise<Evidence> {
  const [controls, isStandby] = [await all(evidence.controls()), await evidence.isStandby()];
  const [checkpoints, heads] = [await all(evidence.checkpoints()), await all(evidence.heads())];
  return {
    controls: () => page(controls),
    isStandby: () => Promise.resolve(isStandby),
    checkpoints: () => page(checkpoints),
    heads: () => page(heads),
  };
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const each of pages) rows.push(...each);
  return rows;
}

async function* page<T>(rows: readonly T[]): AsyncGenerator<readonly T[]> {
  yield await Promise.resolve(rows);
}
