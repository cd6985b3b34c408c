/** How something is coloured; never without a word or a sign beside it. */
export type Tone = 'ok' | 'bad' | 'warn' | 'info' | 'plain';

const VERBS: readonly { readonly verb: RegExp; readonly tone: Tone; readonly sign: string }[] = [
  { verb: /^(create|insert|add|invite|register|entry)d?$/, tone: 'ok', sign: '+' },
  { verb: /^(update|change|edit|set|rename|upsert)d?$/, tone: 'info', sign: '±' },
  { verb: /^(delete|remove|revoke|erase|purge|truncate)d?$/, tone: 'bad', sign: '−' },
  { verb: /^(denied|refused|rejected)$/, tone: 'warn', sign: '⊘' },
];

/** Of an action, by the verb at its end. */
export function toneOfAction(action: string): { readonly tone: Tone; readonly sign?: string } {
  const verb = action.slice(action.lastIndexOf('.') + 1).toLowerCase();
  return VERBS.find((each) => each.verb.test(verb)) ?? { tone: 'plain' };
}

const OUTCOMES: Readonly<Record<string, { readonly tone: Tone; readonly sign: string }>> = {
  success: { tone: 'plain', sign: '✓' },
  failure: { tone: 'bad', sign: '✕' },
  denied: { tone: 'warn', sign: '⊘' },
  partial: { tone: 'warn', sign: '◐' },
};

export function toneOfOutcome(outcome: string): { readonly tone: Tone; readonly sign: string } {
  return Object.hasOwn(OUTCOMES, outcome) && OUTCOMES[outcome] ? OUTCOMES[outcome] : { tone: 'bad', sign: '?' };
}

/** That nobody need look at more closely. */
const CALM: ReadonlySet<string> = new Set(['redacted', 'deferred', 'replayed']);
export const toneOfFlag = (flag: string): Tone => (CALM.has(flag) ? 'plain' : 'warn');
