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

interface Rules {
  readonly removed: ReadonlySet<string>;
  /** The words of each name, and the same in one piece. */
  readonly rules: readonly { readonly words: readonly string[]; readonly piece: string }[];
}

function rulesOf(options: RedactionOptions): Rules {
  const removed = new Set((options.remove ?? []).map((name) => words(name).join('')));
  const rules = [...(options.replaceDefaults ? [] : DEFAULT_SECRET_NAMES), ...(options.add ?? [])]
    .map((name) => ({ words: words(name), piece: words(name).join('') }))
    .filter(({ piece }) => piece !== '' && !removed.has(piece));
  return { removed, rules };
}

/** Longer than any name: nobody looks for words in it, and what it holds is not shown. */
const LONGEST_NAME = 1_024;
/** What is remembered: so many names, none of them longer than this. Anybody can send names. */
const REMEMBERED = { names: 10_000, length: 64 } as const;

/**
 * Compiles the rules once; the result answers whether a column, key or parameter name holds a secret. Its cost is linear in
 * the name, and bounded: a name of more than 1,024 characters counts as secret unseen.
 */
export function secretNames(options: RedactionOptions = {}): SecretName {
  const { removed, rules } = rulesOf(options);
  const known = new Map<string, boolean>();
  return (name) => {
    if (name.length > LONGEST_NAME) return rules.length > 0;
    let secret = known.get(name);
    if (secret === undefined) {
      const candidate = words(name);
      const run = ` ${candidate.join(' ')} `;
      const piece = candidate.join('');
      secret =
        !removed.has(piece) &&
        rules.some(
          (rule) =>
            run.includes(` ${rule.words.join(' ')} `) ||
            piece === rule.piece ||
            candidate.some((word) => hides(word, rule.piece)),
        );
      if (known.size < REMEMBERED.names && name.length <= REMEMBERED.length) known.set(name, secret);
    }
    return secret;
  };
}

/** The same rules for the database (`"audit".is_secret`), as regular expressions of PostgreSQL's (manual, 9.7.3). */
export interface SecretPatterns {
  /** For LIKE, on a document in lower case and without `_-. `: where none matches, no name in it is secret. */
  readonly words: readonly string[];
  /** On the words of a name with a space before, between and behind. */
  readonly run: string;
  /** On the words of a name in one piece. */
  readonly whole: string;
  /** Names in one piece that are none. */
  readonly except: readonly string[];
}

export function secretPatterns(options: RedactionOptions = {}): SecretPatterns {
  const { removed, rules } = rulesOf(options);
  const any = (patterns: readonly string[]): string => (patterns.length === 0 ? '[^\\s\\S]' : patterns.join('|'));
  const pieces = rules.map(({ piece }) => piece);
  return {
    words: necessary(rules).map((word) => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`),
    run: any([
      ...rules.map((rule) => ` ${rule.words.map((word) => literal(word)).join(' ')} `),
      ...pieces.filter((piece) => piece.length >= 8).map((piece) => literal(piece)),
      ...pieces
        .filter((piece) => piece.length >= 5 && piece.length < 8)
        .map((piece) => `${literal(piece)}(?:hash|key|value|salt|digest)? `),
    ]),
    whole: any(pieces.map((piece) => `^${literal(piece)}$`)),
    except: [...removed],
  };
}

/** As few words as possible one of which is in every secret name: of a run of words the one that most names have. */
function necessary(rules: Rules['rules']): readonly string[] {
  const count = new Map<string, number>();
  for (const word of rules.flatMap((rule) => rule.words)) count.set(word, (count.get(word) ?? 0) + 1);
  const often = (word: string): number => count.get(word) ?? 0;
  const chosen = new Set(
    rules.map((rule) => rule.words.reduce((best, word) => (often(word) > often(best) ? word : best))),
  );
  return [...chosen].filter((word) => ![...chosen].some((other) => other !== word && word.includes(other)));
}

const literal = (text: string): string => text.replaceAll(/[^\p{L}\d ]/gu, '\\$&');

const TAIL = /(hash|key|value|salt|digest)$/;

/** Whether a word in one piece has `piece` in it. Short names stand in too many ordinary words (`pin`, `iban`). */
function hides(word: string, piece: string): boolean {
  if (piece.length >= 8) return word.includes(piece);
  return piece.length >= 5 && (word.endsWith(piece) || word.replace(TAIL, '').endsWith(piece));
}

function words(name: string): string[] {
  return plain(name)
    .replace(/(?<=\p{Lu}{2})s(?!\p{Ll})/gu, ' ') // SSNs
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/(\d+)/g, ' $1 ')
    .replace(/[^\p{L}\d]+/gu, ' ')
    .trim()
    .toLowerCase()
    .split(' ')
    .map((word) => singular(word));
}

/**
 * Letters as they are read: full-width ones and ligatures as their plain ones, without accents, and without what cannot be seen
 * between them (zero-width characters, soft hyphens). The dotless i of Turkish is an i, for `PIN` is written with either.
 */
function plain(name: string): string {
  if (!BEYOND_ASCII.test(name)) return name;
  return name
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}\u3164\u115f\u1160\uffa0]+/gu, '')
    .replaceAll('\u0131', 'i');
}

// oxlint-disable-next-line no-control-regex -- all of ASCII
const BEYOND_ASCII = /[^\u0000-\u007f]/;

function singular(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2);
  return word.length > 2 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
