/**
 * Names that hold secrets. A name matches when its words (split at case changes, `_`, `-`, `.`, digits kept) contain one
 * of these words or runs of words: `password` matches `user_password`, `PasswordHash` and `PASSWORD2`.
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
  'credentials',
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
  const removed = new Set((options.remove ?? []).map((name) => squash(name)));
  const names = [...(options.replaceDefaults ? [] : DEFAULT_SECRET_NAMES), ...(options.add ?? [])]
    .map((name) => ` ${words(name)} `)
    .filter((name) => !removed.has(squash(name)));
  const known = new Map<string, boolean>();
  return (name) => {
    let secret = known.get(name);
    if (secret === undefined) {
      const candidate = ` ${words(name)} `;
      const squashed = squash(name);
      // `apikey` in one piece has no word boundary to see: compare the whole name without separators, too.
      secret = names.some((s) => candidate.includes(s) || squashed === squash(s)) && !removed.has(squashed);
      if (known.size < 10_000) known.set(name, secret);
    }
    return secret;
  };
}

function words(name: string): string {
  return name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/[^\p{L}\d]+/gu, ' ')
    .replace(/\d+/g, ' ')
    .trim()
    .toLowerCase();
}

function squash(name: string): string {
  return words(name).replaceAll(' ', '');
}
