import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { createJiti } from 'jiti';
import { messageOf } from '../event/cause.js';
import { AuditError } from '../event/errors.js';
import { schemaMissing } from '../store/postgres/content-store.js';
import {
  checkLevelConfig,
  checkSchemaName,
  createPool,
  DEFAULT_SCHEMA,
  missingMigrations,
  type Coverage,
  type LevelConfig,
  withCatalogue,
  type Pool,
} from '../store/postgres/index.js';
import { findConfig, type FoundConfig } from './find-config.js';

export interface Environment {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly coverage: Coverage;
  readonly levels: LevelConfig;
  /** As it was written: `checkEvidence` reads it. */
  readonly evidence: unknown;
  /** The file that was read, if there is one. */
  readonly config: FoundConfig;
}

type Configured = Coverage & LevelConfig & { readonly evidence?: unknown };

interface GlobalOptions {
  databaseUrl?: string;
  schema?: string;
  config?: string;
}

/** Variables with the URL of another role than the application's, for the commands that need its rights. */
export type RoleVariable = 'AUDIT_MIGRATE_DATABASE_URL' | 'AUDIT_SEALER_DATABASE_URL' | 'AUDIT_FOLLOWER_DATABASE_URL';

/** Those with the application's own URL; the first that is set is taken. */
const APPLICATION = ['AUDIT_DATABASE_URL', 'DATABASE_URL'] as const;

/**
 * What all commands need: the database, the schema, and what is audited.
 * @param variable wins over the application's URL, where it is set
 */
export async function environment(command: Command, variable?: RoleVariable): Promise<Environment> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const databaseUrl = urlOf(options.databaseUrl, [...(variable === undefined ? [] : [variable]), ...APPLICATION]);
  const { found, said } = await configuration(options);
  const configured = withCatalogue(said);
  const schema = checkSchemaName(options.schema ?? configured.schema ?? DEFAULT_SCHEMA);
  const schemas = configured.schemas ?? [
    schemaOf(options.databaseUrl ?? APPLICATION.map((name) => process.env[name]).find(Boolean) ?? databaseUrl),
  ];
  const levels = checkLevelConfig(configured);
  const { evidence, ...rest } = configured;
  return { databaseUrl, schema, coverage: { ...rest, schema, schemas }, levels, evidence, config: found };
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID`; one that is empty is a mistake, and the next would be another role's */
function urlOf(option: string | undefined, variables: readonly string[]): string {
  const empty = (name: string, otherwise: string): AuditError =>
    new AuditError('AUDIT_OPTIONS_INVALID', `${name} is empty: give it a URL, postgresql://…, or ${otherwise}`);
  if (option === '') throw empty('--database-url', 'leave it out');
  if (option !== undefined) return option;
  const name = variables.find((each) => process.env[each] !== undefined);
  const others = variables.slice(variables.indexOf(name ?? '') + 1);
  if (name === undefined) {
    const order = `${variables.slice(0, -1).join(', ')} or ${variables.at(-1)}`;
    throw new AuditError('AUDIT_OPTIONS_INVALID', `no database: pass --database-url, or set ${order}; the first of them that is set is taken`); // prettier-ignore
  }
  const url = process.env[name];
  if (url) return url;
  throw empty(name, others.length === 0 ? 'pass --database-url' : `unset it, and ${others.join(', else ')} is taken`);
}

/** The configuration file and what it says; nothing where there is none. */
export async function configuration(
  options: Pick<GlobalOptions, 'config'>,
): Promise<{ found: FoundConfig; said: Configured }> {
  const found = findConfig(options.config);
  return { found, said: found.file === undefined ? {} : await loadConfig(found.file) };
}

/** Prisma's own URL parameter: the schema where its tables are. */
function schemaOf(databaseUrl: string): string {
  try {
    return new URL(databaseUrl).searchParams.get('schema') ?? 'public';
  } catch {
    return 'public'; // the pool says what is wrong with the URL
  }
}

/** Runs `work` with a pool and lets go of it whatever happens. */
export async function withPool<T>(env: Environment, name: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = createPool(env.databaseUrl, { max: 3, applicationName: `nestjs-prisma-audit ${name}` });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** @throws AuditError `AUDIT_SCHEMA_MISSING` when the log is not installed or older than this package; `AUDIT_PRIVILEGE_MISSING` */
export async function requireLog(pool: Pool, schema: string): Promise<void> {
  const missing = await missingMigrations(pool, schema);
  if (missing.length > 0) throw schemaMissing(schema, missing);
}

/** The default export of a file of the application, or all of its exports where it has none. */
export async function loadModule(file: string): Promise<unknown> {
  const path = resolve(file);
  if (!existsSync(path)) throw new AuditError('AUDIT_CONFIG_INVALID', `there is no file ${path}`);
  return await createJiti(pathToFileURL(path).href).import(path, { default: true });
}

/** Other commands can do without it. */
function ofEvidence(error: unknown): string {
  return /Anchor|Signer/.test(messageOf(error)) ? '. Only what signs needs that: make it a function, evidence: () => ({ … }), and other commands go on without it' : ''; // prettier-ignore
}

async function loadConfig(file: string): Promise<Configured> {
  const config = await loadModule(file).catch((error: unknown) => {
    throw new AuditError(
      'AUDIT_CONFIG_INVALID',
      `${file} cannot be loaded: ${messageOf(error)}${ofEvidence(error)}`,
      {},
      error,
    );
  });
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new AuditError(
      'AUDIT_CONFIG_INVALID',
      `${file} must export its configuration as default: export default defineAudit({ … })`,
    );
  }
  const known = [
    'schema',
    'engine',
    'schemas',
    'tenantColumn',
    'redaction',
    'catalogue',
    'actions',
    'onMissing',
    'roles',
    'level',
    'evidence',
    'models',
  ];
  const unknown = Object.keys(config).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new AuditError(
      'AUDIT_CONFIG_INVALID',
      `${file}: there is no setting ${unknown.join(', ')}; there are ${known.join(', ')}`,
    );
  return config;
}
