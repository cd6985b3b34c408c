import type { Engine } from '../../event/coverage/coverage.js';

/** Who could undo the protection, weakest first: docs/privileges.md. */
export const LEVELS = ['single', 'split', 'separate'] as const;
export type PrivilegeLevel = (typeof LEVELS)[number];

/** The parts that a role of the database can play. The owner of the log, who migrates, is none of them. */
export const PARTS = ['app', 'sealer', 'reader', 'auditor', 'guard', 'follower'] as const;
export type Part = (typeof PARTS)[number];

export type Roles = Readonly<Partial<Record<Part, string>>>;

/** What `audit.config` says of roles. `'none'`, a name that PostgreSQL reserves, ends a part that a role has had. */
export interface LevelConfig {
  readonly roles?: Roles | undefined;
  readonly level?: PrivilegeLevel | undefined;
}

export const NOBODY = 'none';

/** What doctor and the check at the start ask: numbers and names, nothing that was logged. */
const FACTS = [
  'applied',
  'level_roles',
  'level_of',
  'strangers',
  'lost',
  'backlog',
  'pending',
  'broken_chains',
  'watch_state',
  'logged_twice',
  'evidence_state',
  'followers',
];

/** Who reads may leave an entry that says so. */
const READS = ['record_read', 'record_verified', 'record_exported'];

/** Whoever reads may compute seals anew (0015_sealed.sql). */
const OF_SEALS = ['sealed_sections'];

/** What the views are made by, of values alone (0012_plain_sql.sql). */
const OF_VIEWS = ['id_at', 'legible', 'member', 'member_text', 'member_json', 'member_count', 'member_number', 'member_list', 'actor_text', 'changed_fields', 'sees_all']; // prettier-ignore

/** A follower's own cursor, and what is said of it by hand. */
const OF_FOLLOWERS = ['follower_acquire', 'follower_renew', 'follower_release', 'follower_move', 'follower_failed', 'follower_replayed', 'follower_settle', 'follower_reset', 'follower_skip']; // prettier-ignore

/** Functions that a part may execute. Everything that is not listed here is for the owner alone. */
const MAY_EXECUTE: Readonly<Record<Part, readonly string[]>> = {
  app: [...FACTS, 'record', 'position', 'unsealed', 'mend_positions'],
  sealer: [...FACTS, ...READS, 'acquire', 'renew', 'release', 'reserve', 'seal', 'seal_registry', 'save_checkpoint', 'anchored', 'position', 'unsealed', 'watch_coverage', 'mend_positions', 'forget_keys'], // prettier-ignore
  reader: [...FACTS, ...READS, ...OF_VIEWS, ...OF_SEALS],
  auditor: [...FACTS, ...READS, ...OF_VIEWS, ...OF_SEALS],
  guard: ['record_read', ...OF_VIEWS],
  follower: [...FACTS, ...OF_FOLLOWERS],
};

/**
 * Engine "client" makes the images of a row with the rights of the application, by the same functions as the triggers; only
 * `record_change` runs with those of the owner, and takes text alone.
 */
const BY_CLIENT: readonly string[] = [
  'client_change',
  'record_change',
  'change',
  'change_by_rules',
  'image',
  'deep_columns',
  'first_value',
  'too_deep',
  'readable',
  'key_of',
  'suspect',
  'plain_document',
  'plain_letters',
  'secret_names',
  'is_secret',
  'redact',
  'masked',
];

/** @param engine the one that captures: where triggers do, an application has no use for the functions of a client */
export function mayExecute(part: Part, engine: Engine = 'database'): readonly string[] {
  return part === 'app' && engine === 'client' ? [...MAY_EXECUTE.app, ...BY_CLIENT] : MAY_EXECUTE[part];
}

/** Tables that a part may read; no part may change one. */
export const MAY_READ: Readonly<Record<Part, readonly string[]>> = {
  app: [],
  sealer: ['content', 'entry', 'chain', 'sealer', 'migration', 'head', 'checkpoint', 'projection'],
  reader: ['content', 'entry', 'chain', 'log', 'access_log'],
  auditor: [
    'content',
    'entry',
    'chain',
    'sealer',
    'migration',
    'head',
    'checkpoint',
    'projection',
    'log',
    'access_log',
    'follower',
    'follower_dead',
  ],
  guard: ['content', 'entry', 'access_log'],
  follower: ['content', 'entry', 'chain', 'sealer', 'follower', 'follower_dead'],
};

/** Columns of `content` that readers and followers do not see: with a salt, the value behind a commitment could be guessed after its erasure. */
const SALTS: readonly string[] = ['salt_actor', 'salt_data'];

/** What `access_log` is made of. Of which rows, the policy says. */
const OF_ACCESSES: Readonly<Record<string, readonly string[]>> = {
  entry: ['id', 'chain', 'pos', 'occurred_at', 'tenant_key', 'action', 'resource_type', 'resource_id', 'outcome', 'plate', 'subject'],
  content: ['pos', 'data'],
}; // prettier-ignore

/** Whether a part sees only some columns of a table, and whether this one is among them. `undefined`: it sees the table. */
export function maySee(part: Part, table: string, column: string): boolean | undefined {
  if ((part === 'reader' || part === 'follower') && table === 'content') return !SALTS.includes(column);
  return part === 'guard' ? OF_ACCESSES[table]?.includes(column) : undefined;
}

/** What `close_rights` (0006_privileges.sql) leaves the parts, as JSON. */
export function dueRights(engine?: Engine): string {
  return JSON.stringify(
    Object.fromEntries(PARTS.map((part) => [part, { functions: mayExecute(part, engine), tables: MAY_READ[part] }])),
  );
}
