import { withoutAssigned } from './assignments.js';
import { LIMITS } from './limits.js';
import { REDACTED, type SecretName } from './redaction.js';

/** Long enough for what follows a value to be seen, short enough to be searched in no time. */
const SEARCHED = 16 * LIMITS.errorMessageLength;

/**
 * Messages that quote what somebody wrote, of PostgreSQL (manual, 55.2 "Reporting Errors": the detail and the primary
 * message), and of Prisma. A value can hold anything, also what stands behind it: each pattern takes the longest that fits.
 */
const QUOTING: readonly [pattern: RegExp, instead: string][] = [
  // Key (email)=(a@b.c) already exists. | … conflicts with existing key (…)=(…). In any language of the server.
  [/\)=\((?:[\s\S]*\)|[\s\S]*$)/, `)=(${REDACTED})`],
  [/(Failing row contains )\((?:[\s\S]*\)|[\s\S]*$)/, `$1(${REDACTED})`],
  // invalid input syntax for type uuid: "…" | malformed array literal: "…" | date/time field value out of range: "…"
  [
    /((?:invalid input|malformed|out of range|invalid value)[^\n"]{0,200}(?:"[^"\n]{0,200}")?: )"(?:[\s\S]*"|[\s\S]*$)/i,
    `$1"${REDACTED}"`,
  ],
  [/(at or near |token |value )"(?:[\s\S]*"|[\s\S]*$)/i, `$1"${REDACTED}"`],
  [/(parameter \$\d+ = )'(?:[\s\S]*'|[\s\S]*$)/, `$1'${REDACTED}'`],
];

// Prisma prints the arguments of a call that it refuses, or the lines of code around it, and in the last line what is wrong.
const INVOCATION = /^\s*(Invalid `[^`\n]{1,200}` invocation)[\s\S]*\n([^\n]+)\s*$/;
// A password can hold `/` and `@` as well: to the last one, where there is a `:` before it.
const CREDENTIALS = /(\b[a-z][a-z\d+.-]{1,30}:\/\/)(?:[^\s/@:"'<>]{0,200}:[^\s"'<>]{0,500}@|[^\s/@]{1,500}@)/gi;
const BEARER = /\b(Bearer|Basic)\s{1,8}[\w.~+/=-]+/gi;

/** The message without the values that it quotes, and cut to its limit. */
export function withoutValues(
  message: string,
  isSecret: SecretName,
  limit: number = LIMITS.errorMessageLength,
): { text: string; redacted: boolean } {
  const given = message.slice(0, SEARCHED);
  let text = given.replace(INVOCATION, '$1: $2');
  for (const [pattern, instead] of QUOTING) text = text.replace(pattern, instead);
  text = text.replace(CREDENTIALS, `$1${REDACTED}@`);
  text = withoutAssigned(text, isSecret).replace(BEARER, `$1 ${REDACTED}`);
  return { text: text.slice(0, limit).toWellFormed(), redacted: text !== given };
}
