import type { Body } from '../chain/body.js';
import { RULES } from '../chain/rules.js';
import { isHeadsMember } from '../chain/heads.js';
import { canonicalJson, type CanonicalObject } from '../event/canonical.js';
import { parseJsonObject } from '../event/json-object.js';
import { FLAGS, OUTCOMES, SEVERITIES, SOURCES } from '../event/types.js';
import type { Found } from './report.js';
import { show } from './show.js';

export type ParsedBody = Body & CanonicalObject;

/** The body of a version and of rules that this verifier knows; `undefined` if it can go no further with it. */
export function parseBody(stored: string, found: Found): ParsedBody | undefined {
  const body = parseJsonObject(stored);
  if (body === undefined) {
    found('BODY_INVALID', 'the body is not a JSON object');
    return undefined;
  }
  const later = (member: 'v' | 'rules', known: number): boolean => {
    const value = body[member];
    const isLater = Number.isSafeInteger(value) && (value as number) > known;
    if (isLater) found('UNKNOWN_VERSION', `the body has ${member === 'v' ? 'version' : 'rules'} ${show(value)}`);
    return isLater;
  };
  if (later('v', 1) || later('rules', RULES)) return undefined;
  const { commit } = body;
  const isCommit = typeof commit === 'object' && commit !== null && digest(commit, 'actor') && digest(commit, 'data');
  if (body['v'] !== 1 || !isCommit || typeof body['id'] !== 'string') {
    found('BODY_INVALID', 'the body is not one of version 1');
    return undefined;
  }
  // Each member is looked at in `checkForm`; here only what the rest of the checks stand on.
  return body as unknown as ParsedBody;
}

function digest(commit: object, section: 'actor' | 'data'): boolean {
  const value = (commit as Record<string, unknown>)[section];
  return value === null || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
}

/** UUIDv7 (RFC 9562 §5.7) in lower case. */
export const isEntryId = (id: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const optional = (is: (value: unknown) => boolean) => (value: unknown) => value === undefined || is(value);
const oneOf = (set: readonly string[]) => (value: unknown) => typeof value === 'string' && set.includes(value);
const matches = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const filled = (value: unknown): boolean => typeof value === 'string' && value !== '';

const FORMS: Readonly<Record<string, (value: unknown) => boolean>> = {
  v: (value) => value === 1,
  id: () => true, // looked at with its time, in every entry
  occurredAt: matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
  source: oneOf(SOURCES),
  action: filled,
  outcome: oneOf(OUTCOMES),
  resource: optional(filled),
  group: optional(matches(UUID)),
  tx: optional(matches(/^[0-9a-f]{8}\.\d{1,20}$/)),
  durationMs: optional((value) => Number.isSafeInteger(value) && (value as number) >= 0),
  severity: optional(oneOf(SEVERITIES)),
  flags: optional(
    (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((flag, i) => oneOf(FLAGS)(flag) && (i === 0 || value[i - 1] < flag)),
  ),
  heads: optional(isHeadsMember),
  commit: (value) => Object.keys(value as object).length === 2,
};

/** Whether each member is one that a sealer writes, in canonical form. */
export function checkForm(body: ParsedBody, stored: string, found: Found): void {
  for (const [member, isRight] of Object.entries(FORMS))
    if (!isRight(body[member])) found('BODY_INVALID', `no sealer writes ${member} as ${show(body[member])}`);
  const unknown = Object.keys(body).filter((member) => !(member in FORMS));
  if (unknown.length > 0) found('BODY_INVALID', `no sealer writes the members ${show(unknown)}`);
  if (canonical(body) !== stored) found('BODY_INVALID', 'the body is not in canonical form');
}

function canonical(body: CanonicalObject): string | undefined {
  try {
    return canonicalJson(body);
  } catch {
    return undefined;
  }
}
