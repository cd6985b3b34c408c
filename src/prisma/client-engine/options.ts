import type { Catalogue } from '../../event/catalogue.js';
import { AuditError } from '../../event/errors.js';
import type { Engine } from '../../event/coverage/coverage.js';
import type { AuditConfig } from '../config.js';
import { ClientEngine } from './engine.js';
import { CapturePlan } from './plan.js';

export interface EngineOptions {
  /**
   * Who sees the changes of rows: triggers of the database, or this client (docs/engines.md). `'client'` holds for every
   * client of the same adapter, and needs `catalogue`. @defaultValue that of `config`, else `'database'`
   */
  readonly engine?: Engine | undefined;
  /** What the generator wrote; for engine `client`. @defaultValue that of `config` */
  readonly catalogue?: Catalogue | undefined;
  /** The default export of `audit.config`, for engine `client`: what is redacted, masked, ignored and left out. */
  readonly config?: AuditConfig | undefined;
  /**
   * Rows that engine `client` locks or reads before one write, at most: those of an update before PostgreSQL 18, and of
   * referential actions, whose images are held in memory. Default 10,000.
   */
  readonly maxRows?: number | undefined;
  /**
   * Above `maxRows`: the write is refused before it is sent (`AUDIT_TOO_MANY_ROWS`), or it goes through with one entry
   * flagged `gap` that has the number of its rows. @defaultValue `'refuse'`
   */
  readonly onTooManyRows?: 'refuse' | 'summary' | undefined;
}

/**
 * @param schema of the log
 * @throws AuditError `AUDIT_OPTIONS_INVALID`, `AUDIT_CONFIG_INVALID`
 */
export function clientEngine(options: EngineOptions, schema: string): ClientEngine {
  const { config = {}, maxRows = 10_000, onTooManyRows = 'refuse' } = options;
  const catalogue = options.catalogue ?? config.catalogue;
  if (catalogue === undefined)
    throw invalid('engine "client" needs to know the schema: add "generator audit" to it and pass catalogue');
  if (!Number.isSafeInteger(maxRows) || maxRows < 1) throw invalid('maxRows is a number of rows, 1 or more');
  if (onTooManyRows !== 'refuse' && onTooManyRows !== 'summary')
    throw invalid('onTooManyRows is "refuse" or "summary"');
  const plan = new CapturePlan({ ...config, schema, catalogue });
  return new ClientEngine({ plan, schema, maxRows, onTooManyRows, returnsOld: true });
}

/**
 * The engine that is asked for, here or in the configuration.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function engineOf({ engine, config }: EngineOptions): Engine {
  if (engine !== undefined && engine !== 'database' && engine !== 'client')
    throw invalid('engine is "database" or "client"');
  if (engine !== undefined && config?.engine !== undefined && engine !== config.engine)
    throw invalid(`audit.config says engine "${config.engine}", and audit() engine "${engine}": one database has one`);
  return engine ?? config?.engine ?? 'database';
}

export function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
