/** How something is coloured; never without a word or a sign beside it. */
export type Tone = 'ok' | 'bad' | 'warn' | 'info' | 'plain';

interface Signed {
  readonly tone: Tone;
  readonly sign?: string;
}

/** What the log and the application's doors have names for: here the last word is no verb of a write. */
const OWN: Readonly<Record<string, Signed>> = {
  'access.entry': { tone: 'plain', sign: '→' },
  'access.visitor': { tone: 'plain', sign: '→' },
  'access.exit': { tone: 'plain', sign: '←' },
  'access.denied': { tone: 'warn', sign: '⊘' },
  'audit.exported': { tone: 'info', sign: '↓' },
  'audit.shed': { tone: 'bad', sign: '!' },
  'audit.spool.damaged': { tone: 'bad', sign: '!' },
  'audit.malformed': { tone: 'warn', sign: '!' },
};

const VERBS: readonly { readonly verb: RegExp; readonly tone: Tone; readonly sign: string }[] = [
  { verb: /^(created?|insert(ed)?|add(ed)?|invited?|register(ed)?)$/, tone: 'ok', sign: '+' },
  { verb: /^(updated?|changed?|edit(ed)?|set|renamed?|upsert(ed)?)$/, tone: 'info', sign: '±' },
  { verb: /^(deleted?|removed?|revoked?|erased?|purged?|truncated?)$/, tone: 'bad', sign: '−' },
  { verb: /^(denied|refused|rejected)$/, tone: 'warn', sign: '⊘' },
];

/** Of an action, by the verb at its end. */
export function toneOfAction(action: string): Signed {
  const own = Object.hasOwn(OWN, action) ? OWN[action] : undefined;
  if (own !== undefined) return own;
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
