/** A place of a template: `actor`, `resource`, `reason`, `tenant`, `changes`, or `details.total`, `old.status`, `new.status`. */
export type SentencePlace = readonly [name: string, ...path: string[]];

/** Text, and the places between it. */
export type SentenceTemplate = readonly (string | SentencePlace)[];

/** UTF-16 units. */
export const SENTENCE_LENGTH = 500;

const WHOLE: readonly string[] = ['actor', 'resource', 'reason', 'tenant', 'changes'];
const WITH_PATH: readonly string[] = ['details', 'old', 'new'];
const UNSEEN = /\p{Cc}|\p{Zl}|\p{Zp}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

export const SENTENCE_RULE = `1-${SENTENCE_LENGTH} characters on one line, with places out of ${[...WHOLE.map((name) => `{${name}}`), ...WITH_PATH.map((name) => `{${name}.name}`)].join(', ')}; a brace that is meant as one is doubled`;

/** The parts of a template; `undefined` if it is none. Total. */
export function parseSentence(template: unknown): SentenceTemplate | undefined {
  if (typeof template !== 'string' || template === '' || template.length > SENTENCE_LENGTH) return undefined;
  if (!template.isWellFormed() || UNSEEN.test(template)) return undefined;
  const parts: (string | SentencePlace)[] = [];
  let text = '';
  for (const [piece] of template.matchAll(/\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+/g)) {
    if (piece === '{' || piece === '}') return undefined;
    if (piece === '{{' || piece === '}}') text += piece[0];
    else if (!piece.startsWith('{')) text += piece;
    else {
      const place = placeOf(piece.slice(1, -1));
      if (place === undefined) return undefined;
      if (text !== '') parts.push(text);
      text = '';
      parts.push(place);
    }
  }
  return text === '' ? parts : [...parts, text];
}

function placeOf(text: string): SentencePlace | undefined {
  const [name = '', ...path] = text.split('.');
  if (path.includes('')) return undefined;
  return (path.length === 0 ? WHOLE : WITH_PATH).includes(name) ? [name, ...path] : undefined;
}
