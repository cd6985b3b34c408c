import type { StepIs } from './check/steps.js';

const number = (n: number): string => n.toLocaleString('en');
const entries = (n: number): string => (n === 1 ? 'entry' : 'entries');

/** What is said of seals outside of their card. */
export const m = {
  /** For whoever sees no colour. */
  signs: { ok: '✓', differs: '✕', 'not opened': '◐', unchecked: '?' } satisfies Record<StepIs, string>,
  is: {
    ok: 'matches its seal',
    differs: 'does not match its seal',
    'not opened': 'matches its seal as far as it is opened to you',
    unchecked: 'its seal could not be checked whole',
  } satisfies Record<StepIs, string>,
  forged: 'This entry is not what was sealed: {what}',
  forgedText: 'What is struck out stands in the database now, and was not sealed so. Do not take it for what happened. Tell whoever runs the log, and have the whole log verified.', // prettier-ignore
  forgedLink: 'The chain does not hold at this entry: {what}',
  forgedLinkText: 'The entry itself matches its seal. One beside it was changed, taken out or put in. Have the whole log verified.', // prettier-ignore
  notSealed: 'not what was sealed',
  switch: 'Check seals',
  switchTitle: 'Compute in this browser whether each entry is what was sealed. The log notes what is read for it. (c)',
  computing: (done: number, of: number): string => `Computing seals: ${number(done)} of ${number(of)}.`,
  right: (ok: number, of: number): string => ok === of ? `${of === 1 ? 'The entry that is loaded matches its' : `All ${number(of)} that are loaded match their`} seal, computed in this browser.` : `${number(ok)} of ${number(of)} match their seals, computed in this browser.`, // prettier-ignore
  wrong: (bad: number, of: number): string => `${number(bad)} of ${number(of)} ${entries(of)} ${bad === 1 ? 'does' : 'do'} not match ${bad === 1 ? 'its seal' : 'their seals'}.`, // prettier-ignore
  open: (n: number): string =>
    `${number(n)} ${n === 1 ? 'is' : 'are'} not opened to you whole, or could not be checked.`,
  only: 'Show only these',
  all: 'Show all again',
  valueNotSealed: 'this does not match its seal',
  versionWrong: 'The entry of this version does not match its seal: these values are not what was sealed.',
} as const;
