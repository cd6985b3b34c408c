import { AuditError } from '../event/errors.js';
import {
  FLAGS,
  OUTCOMES,
  SEVERITIES,
  SOURCES,
  type Flag,
  type Outcome,
  type Resource,
  type Severity,
  type Source,
} from '../event/types.js';

/** What to look for. Every condition given must hold. */
export interface AuditConditions {
  /** Each query stays within one tenant. @defaultValue the default chain, of entries without a tenant */
  readonly tenant?: string | undefined;
  /** Those of all tenants, through a reader whose scope is `'all'`. */
  readonly allTenants?: boolean | undefined;
  /** Id of the actor. */
  readonly actor?: string | undefined;
  /** Of the actor, in any case of letters. */
  readonly email?: string | undefined;
  /** Network address that the actor came from, as it was logged. */
  readonly address?: string | undefined;
  readonly resource?: Resource | undefined;
  /** Exact, or a prefix that ends in `*`: `invoice.*`. */
  readonly action?: string | undefined;
  /** Actions that the catalogue of actions marks so. */
  readonly mark?: string | undefined;
  readonly source?: Source | readonly Source[] | undefined;
  readonly outcome?: Outcome | readonly Outcome[] | undefined;
  /** Only entries whose outcome is not `success`. */
  readonly failures?: boolean | undefined;
  readonly severity?: Severity | undefined;
  readonly flag?: Flag | undefined;
  /** Of the database, as an entry's `tx`. */
  readonly tx?: string | undefined;
  readonly group?: string | undefined;
  readonly requestId?: string | undefined;
  /** Occurred at or after, to the millisecond. */
  readonly from?: Date | undefined;
  /** Occurred before, to the millisecond. */
  readonly to?: Date | undefined;
}

export interface AuditQuery extends AuditConditions {
  /** By time of occurrence; of one record, by place in its chain. @defaultValue `'newest'`, first */
  readonly order?: 'oldest' | 'newest' | undefined;
  /** 1–500. A page ends before, once its sections have more than 64 MiB or 10,000 entries were walked. @defaultValue 50 */
  readonly limit?: number | undefined;
  /** `next` of the page before, with the same conditions and order; `previous` of the page behind, with `back: true`. */
  readonly cursor?: string | undefined;
  /** The page that ends before the cursor, in the same order. */
  readonly back?: boolean | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const isUuid = (text: unknown): text is string => typeof text === 'string' && UUID.test(text);

type Check = (value: unknown, name: string) => void;

const text: Check = (value, name) => {
  if (typeof value !== 'string') throw invalid(`${name} must be text`);
};
const flag: Check = (value, name) => {
  if (typeof value !== 'boolean') throw invalid(`${name} must be true or false`);
};
const uuid: Check = (value, name) => {
  if (!isUuid(value)) throw invalid(`${name} must be a UUID`);
};
const time: Check = (value, name) => {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw invalid(`${name} must be a valid Date`);
};
const oneOf =
  (set: readonly string[]): Check =>
  (value, name) => {
    if (!set.includes(value as string)) throw invalid(`${name} must be one of ${set.join(', ')}`);
  };
const someOf =
  (set: readonly string[]): Check =>
  (value, name) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (list.length === 0 || !list.every((each) => set.includes(each as string)))
      throw invalid(`${name} must be one of ${set.join(', ')}, or a list of them`);
  };
const action: Check = (value, name) => {
  text(value, name);
  if ((value as string).slice(0, -1).includes('*')) throw invalid('action may have one "*", at its end');
};
const resource: Check = (value, name) => {
  const { type, id, ...others } = (value ?? {}) as Record<string, unknown>;
  const isKey = (part: unknown): boolean => (part instanceof Date ? !Number.isNaN(part.getTime()) : ['string', 'number', 'bigint', 'boolean'].includes(typeof part)); // prettier-ignore
  const isId = id === undefined || id === null || isKey(id) || (Array.isArray(id) && id.every((part) => isKey(part)));
  if (typeof type !== 'string' || !isId || Object.keys(others).length > 0)
    throw invalid(`${name} must be { type, id? }: { type: 'Invoice', id: 7 }`);
};

const CONDITIONS: Readonly<Record<keyof AuditConditions, Check>> = {
  tenant: text,
  allTenants: flag,
  actor: text,
  email: text,
  address: text,
  resource,
  action,
  mark: text,
  source: someOf(SOURCES),
  outcome: someOf(OUTCOMES),
  failures: flag,
  severity: oneOf(SEVERITIES),
  flag: oneOf(FLAGS),
  tx: text,
  group: uuid,
  requestId: text,
  from: time,
  to: time,
};

const PAGE: Readonly<Record<Exclude<keyof AuditQuery, keyof AuditConditions>, Check>> = {
  order: (value) => {
    if (value !== 'oldest' && value !== 'newest') throw invalid("order must be 'oldest' or 'newest'");
  },
  limit: (value) => {
    if (!Number.isInteger(value) || Number(value) < 1 || Number(value) > 500)
      throw invalid('limit must be a whole number from 1 to 500: read more with `next` of the page');
  },
  cursor: text,
  back: flag,
};

export const CONDITION_NAMES = Object.keys(CONDITIONS) as readonly (keyof AuditConditions)[]; // those of the record above

/** Callers may be JavaScript: a condition that is misspelled would else be none. @throws AuditError `AUDIT_QUERY_INVALID` */
export function checkQuery(query: AuditQuery): void {
  check(query, { ...CONDITIONS, ...PAGE });
}

/** Of a question that has no pages. @throws AuditError `AUDIT_QUERY_INVALID` */
export function checkConditions(conditions: AuditConditions): void {
  check(conditions, CONDITIONS);
}

function check(query: object, checks: Readonly<Record<string, Check>>): void {
  if (typeof query !== 'object' || query === null || Array.isArray(query))
    throw invalid("a query is an object: { actor: 'u-1' }");
  for (const [name, value] of Object.entries(query)) {
    if (!Object.hasOwn(checks, name))
      throw invalid(
        `there is no condition ${JSON.stringify(name.slice(0, 60))}; there are ${Object.keys(checks).join(', ')}`,
      );
    if (value !== undefined) checks[name]?.(value, name);
  }
}

export function invalid(message: string): AuditError {
  return new AuditError('AUDIT_QUERY_INVALID', message);
}
