import { isOneOf } from '../values.js';
import type { Seen } from '../seen.js';
import { kindOf, verbOf, type Verb } from '../verb.js';

/** The version of the schema that a record is made for. */
export type OcsfVersion = '1.8.0' | '1.9.0';

/** Actions of which the schema has a class of its own, as `User.*`. */
export interface ClassPatterns {
  readonly users: readonly string[];
  readonly roles: readonly string[];
}

/** What an entry is in the schema. */
export interface OcsfClass {
  readonly uid: number;
  readonly name: string;
  readonly category: readonly [uid: number, name: string];
  readonly activity: readonly [id: number, name: string];
}

type Activities = Readonly<Partial<Record<Verb, readonly [number, string]>>>;

const IAM = [3, 'Identity & Access Management'] as const;
const APPLICATION = [6, 'Application Activity'] as const;
const OTHER = 99;

const ENTITY: Activities = { create: [1, 'Create'], read: [2, 'Read'], update: [3, 'Update'], delete: [4, 'Delete'] };
const API: Activities = ENTITY;
const DATASTORE: Activities = {
  create: [6, 'Create'],
  update: [2, 'Update'],
  delete: [7, 'Delete'],
  truncate: [7, 'Delete'],
};
const ACCOUNT: Activities = { create: [1, 'Create'], delete: [6, 'Delete'] };
const MANAGED: Activities = { create: [1, 'Create'], update: [2, 'Update'], delete: [3, 'Delete'] };

/** The first that fits. */
export function classOf(seen: Seen, version: OcsfVersion, { users, roles }: ClassPatterns): OcsfClass {
  const kind = kindOf(seen);
  const action = seen.text.action ?? '';
  if (kind === 'login') return { uid: 3002, name: 'Authentication', category: IAM, activity: [1, 'Logon'] };
  if (kind === 'logout') return { uid: 3002, name: 'Authentication', category: IAM, activity: [2, 'Logoff'] };
  if (kind !== 'read' && kind !== 'unreadable' && kind !== 'control') {
    if (isOneOf(action, users)) return iam(seen, version === '1.8.0' ? [3001, 'Account Change', ACCOUNT] : [3007, 'User Management', MANAGED]); // prettier-ignore
    if (isOneOf(action, roles)) return iam(seen, version === '1.8.0' ? [3004, 'Entity Management', ENTITY] : [3008, 'Role Management', MANAGED]); // prettier-ignore
  }
  if (kind === 'read') {
    const activity = seen.text.resourceId === undefined ? ([4, 'Query'] as const) : ([1, 'Read'] as const);
    return { uid: 6005, name: 'Datastore Activity', category: APPLICATION, activity };
  }
  if (kind === 'change') {
    // One who does not come through the application has no request; a statement that is no row's has no entity.
    const isEntity = seen.text.type !== undefined && !seen.flags.includes('no-context') && verbOf(seen) in ENTITY;
    if (isEntity) return iam(seen, [3004, 'Entity Management', ENTITY]);
    return { uid: 6005, name: 'Datastore Activity', category: APPLICATION, activity: activityOf(seen, DATASTORE) };
  }
  const activity = kind === 'unreadable' ? ([0, 'Unknown'] as const) : activityOf(seen, kind === 'control' ? {} : API);
  return { uid: 6003, name: 'API Activity', category: APPLICATION, activity };
}

function iam(seen: Seen, [uid, name, activities]: readonly [number, string, Activities]): OcsfClass {
  return { uid, name, category: IAM, activity: activityOf(seen, activities) };
}

function activityOf(seen: Seen, activities: Activities): readonly [number, string] {
  const verb = verbOf(seen);
  return activities[verb] ?? [OTHER, verb === 'other' ? seen.text.action?.split('.').at(-1) || 'other' : verb];
}
