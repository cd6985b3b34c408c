import { partsText } from '../seal-texts.js';
import { verdictOf, type Step } from './steps.js';

/** What of an entry that is shown is not what was sealed. */
export interface Finding {
  /** In words, to stand behind a colon. */
  readonly what: string;
  /** What stands in the open: action, outcome, times. */
  readonly isOpen: boolean;
  readonly isActor: boolean;
  /** Values, details, reason and error: a section is sealed as a whole. */
  readonly isData: boolean;
}

const ACTOR = /^actor\b/;
const DATA = /^(?:resource|details|reason|error|old|new|changes?)\b/;

/** `undefined`: nothing that was computed differs. Where only a neighbour is not linked, no part of the entry itself is in doubt. */
export function findingOf(steps: readonly Step[]): Finding | undefined {
  if (verdictOf(steps) !== 'differs') return undefined;
  const wrong = steps.filter(({ is }) => is === 'differs');
  const shown = wrong.flatMap(({ name, what = [] }) => (name === 'shown' ? what : []));
  const is = (name: Step['name']): boolean => wrong.some((step) => step.name === name);
  // Its bytes are others: then nothing of it can be told to be what was sealed.
  const isAll = is('leaf');
  return {
    what: partsText(wrong),
    isOpen: isAll || shown.some((name) => !ACTOR.test(name) && !DATA.test(name)),
    isActor: isAll || is('actor') || shown.some((name) => ACTOR.test(name)),
    isData: isAll || is('data') || shown.some((name) => DATA.test(name)),
  };
}
