export { postgresContentStore } from './content-store.js';
export { planTriggers, reconcileTriggers } from './triggers.js';
export type { Coverage, PlannedTable } from './coverage.js';
export { postgresEntryStore } from './entry-store.js';
export { withLogSource } from './log-source.js';
export { migrate, missingMigrations } from './migrate.js';
export { createPool, endPool, type Pool } from './pool.js';
export { checkSchemaName, DEFAULT_SCHEMA, inSchema } from './schema.js';
export { postgresSealerStore } from './sealer-store.js';
