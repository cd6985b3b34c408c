/**
 * Names that hold secrets. A name matches when its words (split at case changes, digits, `_`, `-`, `.`; plurals count as
 * singulars) contain one of these words or runs of words: `password` matches `user_password`, `PasswordHash` and
 * `PASSWORDS2`. A word that was written in one piece, as PostgreSQL folds unquoted names, matches when it ends in a name of
 * five letters or more (`accesstoken`, `secretkey`; not `secretary`) or contains one of eight or more (`passwordhash`).
 */
export const DEFAULT_SECRET_NAMES: readonly string[] = [
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'passcode',
  'secret',
  'token',
  'otp',
  'totp',
  'cvv',
  'cvc',
  'ssn',
  'pin',
  'credential',
  'authorization',
  'cookie',
  'api key',
  'access key',
  'private key',
  'encryption key',
  'signing key',
  'card number',
  'credit card',
  'recovery code',
  'iban',
];

/** What stands where a secret was. */
export const REDACTED = '[redacted]';

export interface RedactionOptions {
  /** More names, in any style. */
  readonly add?: readonly string[];
  /** Names out of the default list that are not secret here. */
  readonly remove?: readonly string[];
  /** Use `add` alone. @defaultValue false */
  readonly replaceDefaults?: boolean;
}

export type SecretName = (name: string) => boolean;

/** Compiles the rules once; the result answers whether a column, key or parameter name holds a secret. */
export function secretNames(options: RedactionOptions = {}): SecretName {
  const removed = new Set((options.remove ?? []).map((name) => words(name).join('')));
  const rules = [...(options.replaceDefaults ? [] : DEFAULT_SECRET_NAMES), ...(options.add ?? [])]
    .map((name) => ({ run: ` ${words(name).join(' ')} `, piece: words(name).join('') }))
    .filter(({ piece }) => piece !== '' && !removed.has(piece));
  const known = new Map<string, boolean>();
  return (name) => {
    let secret = known.get(name);
    if (secret === undefined) {
      const candidate = words(name);
      const run = ` ${candidate.join(' ')} `;
      const piece = candidate.join('');
      secret =
        !removed.has(piece) &&
        rules.some(
          (rule) => run.includes(rule.run) || piece === rule.piece || candidate.some((word) => hides(word, rule.piece)),
        );
      if (known.size < 10_000) known.set(name, secret);
    }
    return secret;
  };
}

const TAIL = /(hash|key|value|salt|digest)$/;

/** Whether a word in one piece has `piece` in it. Short names stand in too many ordinary words (`pin`, `iban`). */
function hides(word: string, piece: string): boolean {
  if (piece.length >= 8) return word.includes(piece);
  return piece.length >= 5 && (word.endsWith(piece) || word.replace(TAIL, '').endsWith(piece));
}

function words(name: string): string[] {
  return name
    .replace(/(\p{Lu}{2,})s(?!\p{Ll})/gu, '$1 ') // SSNs
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/(\d+)/g, ' $1 ')
    .replace(/[^\p{L}\d]+/gu, ' ')
    .trim()
    .toLowerCase()
    .split(' ')
    .map((word) => singular(word));
}

function singular(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2);
  return word.length > 2 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
