/** What was looked at. The words for it are in seal-texts.ts. */
export type StepName =
  'leaf' | 'actor' | 'data' | 'shown' | 'before' | 'next' | 'entry' | 'chain' | 'heads' | 'registry' | 'signature';

/**
 * - `ok`: computed here, and it is right · `differs`: computed here, and it is not.
 * - `not opened`: what it needs is not shown to this reader · `unchecked`: nothing here can say.
 */
export type StepIs = 'ok' | 'differs' | 'not opened' | 'unchecked';

/** Bytes behind a step, by what they are. A text is shown as it is. */
export interface Behind {
  readonly name: 'bytes' | 'computed' | 'stored' | 'committed' | 'salt' | 'shown' | 'sealed' | 'hash' | 'line' | 'note' | 'key'; // prettier-ignore
  readonly value: Uint8Array | string;
}

export interface Step {
  readonly name: StepName;
  readonly is: StepIs;
  /** Which of the ways in which it is that: see seal-texts.ts. */
  readonly why?: string;
  /** Names that belong to it: members of the entry, keys, what a parser said. */
  readonly what?: readonly string[];
  readonly behind?: readonly Behind[];
}

/** That one cannot see its neighbours, or has none yet, says nothing of an entry: what it was linked to is in its own bytes. */
const NEIGHBOURS: readonly StepName[] = ['before', 'next'];

/** What all of them say together: one that differs is not outweighed by any. */
export function verdictOf(steps: readonly Step[]): StepIs {
  const said = new Set(
    steps.filter(({ name, is }) => is === 'differs' || !NEIGHBOURS.includes(name)).map((step) => step.is),
  );
  return (
    (['differs', 'unchecked', 'not opened'] as const).find((each) => said.has(each)) ??
    (said.has('ok') ? 'ok' : 'unchecked')
  );
}
