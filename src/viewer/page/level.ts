import type { Tone } from './tone.js';

export interface Verdict {
  readonly tone: Tone;
  /** Of `texts.verdicts`. */
  readonly word: 'verified' | 'tampered' | 'incomplete' | 'unverifiable' | 'unknown';
}

const TONES = { verified: 'ok', tampered: 'bad', incomplete: 'warn', unverifiable: 'warn', unknown: 'warn' } as const;

/** What a report or an entry calls its verdict, in any case of letters; nothing that is not known passes for a good one. */
export function readVerdict(text: unknown): Verdict {
  const small = typeof text === 'string' ? text.toLowerCase() : '';
  const word = (['verified', 'tampered', 'incomplete', 'unverifiable'] as const).find((each) => each === small) ?? 'unknown'; // prettier-ignore
  return { tone: TONES[word], word };
}
