import { useEffect, useRef, useState } from 'preact/hooks';
import type { SealedAnswer, ShownEntry } from '../../answers.js';
import type { Finding } from '../check/finding.js';
import type { StepIs } from '../check/steps.js';
import { useApp } from './app.js';

/** What of an entry is not what was sealed, once that is known. Why it cannot be known is said on the card of the seal. */
export function useFinding(entry: ShownEntry, sealed: SealedAnswer | undefined): Finding | undefined {
  const { checks, session } = useApp();
  const [finding, setFinding] = useState<Finding>();
  useEffect(() => {
    setFinding(undefined);
    if (sealed === undefined || checks === undefined) return undefined;
    let isOver = false;
    checks().then(
      ({ findingOf, checkSeal }) => isOver || setFinding(findingOf(checkSeal(entry, sealed, session.models))),
      () => undefined,
    );
    return () => void (isOver = true);
  }, [entry, sealed, checks, session.models]);
  return finding;
}

/** Seals by the entries that they are of, as they are shown: of one that is shown otherwise it is another. */
export type Marks = ReadonlyMap<ShownEntry, StepIs>;

export interface Seals {
  readonly marks: Marks;
  readonly error: unknown;
}

const AT_ONCE = 50;

/** The seals of a list, one question after the other, as it grows. */
export function useSeals(rows: readonly ShownEntry[], isOn: boolean): Seals {
  const { api, checks, session } = useApp();
  const [marks, setMarks] = useState<Marks>(new Map());
  const [error, setError] = useState<unknown>();
  const isBusy = useRef(false);
  useEffect(() => setError(undefined), [isOn]);
  useEffect(() => {
    if (!isOn || checks === undefined || isBusy.current || error !== undefined) return;
    const some = rows.filter((row) => !marks.has(row)).slice(0, AT_ONCE);
    if (some.length === 0) return;
    isBusy.current = true;
    void checks()
      .then(({ checkPage }) => checkPage(api, some, session.models))
      .then(
        (found) => setMarks((before) => new Map([...before, ...found])),
        (reason: unknown) => setError(reason ?? 'unknown'),
      )
      .finally(() => (isBusy.current = false));
  }, [rows, isOn, marks, error, api, checks, session.models]);
  return { marks, error };
}

/** How many of a list are what. */
export function tallyOf(rows: readonly ShownEntry[], marks: Marks): Readonly<Record<StepIs | 'waiting', number>> {
  const tally = { ok: 0, differs: 0, 'not opened': 0, unchecked: 0, waiting: 0 };
  for (const row of rows) tally[marks.get(row) ?? 'waiting'] += 1;
  return tally;
}
