/** Who could undo the protection, weakest first: docs/privileges.md. */
export const LEVELS = ['single', 'split', 'separate'] as const;
export type PrivilegeLevel = (typeof LEVELS)[number];

/** The parts that a role of the database can play. The owner of the log, who migrates, is none of them. */
export const PARTS = ['app', 'sealer', 'reader'] as const;
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
  'lost',
  'backlog',
  'pending',
  'watch_state',
  'logged_twice',
];

/** Functions that a part may execute. Everything that is not listed here is for the owner alone. */
export const MAY_EXECUTE: Readonly<Record<Part, readonly string[]>> = {
  app: [...FACTS, 'record', 'position', 'unsealed', 'client_change'],
  sealer: [...FACTS, 'acquire', 'renew', 'release', 'reserve', 'seal', 'position', 'unsealed', 'watch_coverage'],
  reader: FACTS,
};

/** Tables that a part may read; no part may change one. */
export const MAY_READ: Readonly<Record<Part, readonly string[]>> = {
  app: [],
  sealer: ['content', 'entry', 'chain', 'sealer', 'migration'],
  reader: ['content', 'entry', 'chain'],
};

/** Columns of `content` that a reader does not see: with a salt, the value behind a commitment could be guessed after its erasure. */
export const SALTS: readonly string[] = ['salt_actor', 'salt_data'];
