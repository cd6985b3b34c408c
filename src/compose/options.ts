import { ActionBook, type UnknownActions } from '../event/action-book.js';
import type { ActionCatalogue } from '../event/actions.js';
import type { Catalogue } from '../event/catalogue.js';
import { AuditError } from '../event/errors.js';
import { secretNames, type RedactionOptions, type SecretName } from '../event/redaction.js';
import { warnings } from './warnings.js';
import { checkEvidence, type CheckedEvidence } from '../checkpoint/check-evidence.js';
import type { AuditConfig } from '../prisma/config.js';
import type { SealerOptions } from '../sealer/sealer.js';
import type { Coverage } from '../store/postgres/coverage.js';
import {
  checkDurability,
  DURABILITY_KNOWN,
  whole,
  type CheckedDurability,
  type DurabilityOptions,
} from './durability-options.js';
import { checkSchemaName, DEFAULT_SCHEMA } from '../store/postgres/schema.js';
import { withCatalogue } from '../event/coverage/with-catalogue.js';

/** What becomes of what the probe finds: it is told to `onError`, it keeps the application from starting, or nobody asks. */
export type ProbeMode = 'warn' | 'error' | 'off';

export interface AuditOptions extends DurabilityOptions {
  /** Tells several audits of one process apart, in metrics and messages. @defaultValue `'default'` */
  readonly name?: string | undefined;
  /** `postgresql://…` of the database whose log this is; the application's own. */
  readonly databaseUrl: string;
  /** The same database with the login of the sealer's role, for level *split*. @defaultValue `databaseUrl` */
  readonly sealerUrl?: string | undefined;
  /** The same database with the login of a role that may read, for `query`: the application's may not from level *split* on. @defaultValue `databaseUrl` */
  readonly readerUrl?: string | undefined;
  /** The same database with the login of the auditor's role, for readers of all tenants: `query.as({ tenants: 'all' })`. @defaultValue there are none */
  readonly auditorUrl?: string | undefined;
  /** The same database with the login of the follower's role, for `follow()`: the application's may read nothing from level *split* on. @defaultValue `databaseUrl` */
  readonly followerUrl?: string | undefined;
  /** Schema of the log. @defaultValue that of `config`, else `'audit'` */
  readonly schema?: string | undefined;
  /** Whether this process seals, and how. One of all processes leads. @defaultValue true */
  readonly seal?: boolean | Omit<SealerOptions, 'keeper'> | undefined;
  /** How long a recorded event waits for company. Milliseconds, default 50. */
  readonly flushIntervalMs?: number | undefined;
  /** Recorded events that may wait in memory while the database is away. Default 10,000. */
  readonly maxQueue?: number | undefined;
  /**
   * Entries of requests without an authenticated actor, of each action in a minute: so many at once, then evenly. Those beyond are
   * counted, and one entry `http.folded` says how many within a minute. Default 300; `false` writes them all.
   */
  readonly anonymousPerMinute?: number | false | undefined;
  /** Connections of our own pool, beside the application's. Default 4. */
  readonly poolSize?: number | undefined;
  /**
   * `details`, `old` or `new` of a recorded event beyond 64 KiB of JSON: refuse the event, or put a mark in its place and flag
   * the entry `truncated`. @defaultValue `'refuse'`
   */
  readonly oversized?: 'refuse' | 'truncate' | undefined;
  /** Names that hold secrets in recorded events; tables have theirs in `audit.config`. */
  readonly redaction?: RedactionOptions | undefined;
  /** What the generator wrote. With it, `changes` of an entry have the client's names and Prisma's values. @defaultValue that of `config` */
  readonly catalogue?: Catalogue | undefined;
  /** What `defineActions` gave: with it, events are checked against their action's definition. @defaultValue that of `config` */
  readonly actions?: ActionCatalogue | undefined;
  /**
   * An event whose action is in no catalogue: refused, taken with `details.unknownAction: true`, or taken as it is. A
   * request's entry is never refused: of what `@Audited` names, the start is. @defaultValue `'mark'` with a catalogue, else `'allow'`
   */
  readonly unknownActions?: UnknownActions | undefined;
  /**
   * The default export of `audit.config`: with it, the start finds tables without triggers and triggers that are stale. Its `evidence`
   * says who signs what this process seals, and where that goes.
   */
  readonly config?: (Coverage & Pick<AuditConfig, 'evidence'>) | undefined;
  /**
   * At the start the database is asked once whether triggers, rights and catalogue are as they should be, and whether the
   * clients' statements tell who acts. What is not is told to `onError` (`warn`), or the application does not start (`error`).
   * @defaultValue `'warn'`
   */
  readonly probe?: ProbeMode | undefined;
  /**
   * How long `close()`, and so a shutdown, may take to write what waits; letting go of the database takes two seconds more at
   * most. Milliseconds, default 10,000. Keep it below the time after which the platform kills the process.
   */
  readonly shutdownDeadlineMs?: number | undefined;
  /** Told of everything that went wrong and was survived: failed writes, lost events, a lost lease. @defaultValue a warning of the process (`process.emitWarning`), of each kind once a minute; the Nest module logs it */
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface CheckedOptions extends CheckedDurability {
  readonly name: string;
  readonly shutdownDeadlineMs: number;
  readonly databaseUrl: string;
  readonly sealerUrl: string | undefined;
  readonly readerUrl: string | undefined;
  readonly auditorUrl: string | undefined;
  readonly followerUrl: string | undefined;
  readonly schema: string;
  readonly seal: SealerOptions | false;
  readonly flushIntervalMs: number;
  readonly maxQueue: number;
  readonly anonymousPerMinute: number;
  readonly poolSize: number;
  readonly isSecret: SecretName;
  readonly oversized: 'refuse' | 'truncate';
  readonly catalogue?: Catalogue;
  readonly actions: ActionBook;
  readonly config?: Coverage;
  /** `undefined`: this process does not seal. */
  readonly evidence: CheckedEvidence | undefined;
  readonly probe: ProbeMode;
  readonly onError: (error: unknown) => void;
  /** Nobody listens: what `close()` has lost is told by a warning too. */
  readonly isUnheard: boolean;
}

const KNOWN: readonly (keyof AuditOptions)[] = [
  'databaseUrl',
  'sealerUrl',
  'readerUrl',
  'auditorUrl',
  'followerUrl',
  'schema',
  'seal',
  'flushIntervalMs',
  'maxQueue',
  ...DURABILITY_KNOWN,
  'anonymousPerMinute',
  'poolSize',
  'redaction',
  'oversized',
  'catalogue',
  'actions',
  'unknownActions',
  'config',
  'probe',
  'shutdownDeadlineMs',
  'name',
  'onError',
];

const SEAL_KNOWN: readonly (keyof SealerOptions)[] = ['leaseMs', 'batchSize', 'minWaitMs', 'maxWaitMs', 'onError'];
const REDACTION_KNOWN: readonly (keyof RedactionOptions)[] = ['add', 'remove', 'replaceDefaults'];

/**
 * The one door for options.
 * @param others names that the caller knows beside ours
 * @throws AuditError `AUDIT_OPTIONS_INVALID`, saying what to write instead
 */
export function checkOptions(options: AuditOptions, others: readonly string[] = []): CheckedOptions {
  if (typeof options !== 'object' || options === null)
    throw invalid('options must be an object: { databaseUrl: process.env.DATABASE_URL }');
  only('', options, [...KNOWN, ...others]);
  if (typeof options.databaseUrl !== 'string' || options.databaseUrl === '') {
    throw invalid('databaseUrl is missing: pass the URL of the database, e.g. databaseUrl: process.env.DATABASE_URL');
  }
  for (const name of ['sealerUrl', 'readerUrl', 'auditorUrl', 'followerUrl'] as const) {
    if (options[name] !== undefined && (typeof options[name] !== 'string' || options[name] === ''))
      throw invalid(`${name} must be the URL of the same database with another role`);
  }
  if (
    options.seal !== undefined &&
    typeof options.seal !== 'boolean' &&
    (typeof options.seal !== 'object' || options.seal === null)
  ) {
    throw invalid('seal must be true, false or an object of sealer options');
  }
  const seal = options.seal === false ? false : typeof options.seal === 'object' ? options.seal : {};
  if (seal !== false) {
    only('seal.', seal, SEAL_KNOWN);
    whole('seal.leaseMs', seal.leaseMs, 1_000, 600_000);
    whole('seal.batchSize', seal.batchSize, 1, 10_000);
    whole('seal.minWaitMs', seal.minWaitMs, 1, 10_000);
    whole('seal.maxWaitMs', seal.maxWaitMs, 1, 60_000);
  }
  const { oversized = 'refuse' } = options;
  if (oversized !== 'refuse' && oversized !== 'truncate') throw invalid("oversized must be 'refuse' or 'truncate'");
  checkRedaction(options.redaction);
  if (options.config !== undefined && (typeof options.config !== 'object' || options.config === null))
    throw invalid('config must be the default export of audit.config');
  const catalogue = options.catalogue ?? options.config?.catalogue;
  const { probe = 'warn' } = options;
  if (!['warn', 'error', 'off'].includes(probe)) throw invalid("probe must be 'warn', 'error' or 'off'");
  const onError = options.onError ?? warnings();
  if (typeof onError !== 'function') throw invalid('onError must be a function');
  return {
    name: checkName(options.name) ?? DEFAULT_NAME,
    shutdownDeadlineMs: whole('shutdownDeadlineMs', options.shutdownDeadlineMs, 0, 600_000) ?? 10_000,
    databaseUrl: options.databaseUrl,
    sealerUrl: options.sealerUrl,
    readerUrl: options.readerUrl,
    auditorUrl: options.auditorUrl,
    followerUrl: options.followerUrl,
    schema: checkSchemaName(options.schema ?? options.config?.schema ?? DEFAULT_SCHEMA),
    seal,
    flushIntervalMs: whole('flushIntervalMs', options.flushIntervalMs, 1, 60_000) ?? 50,
    maxQueue: whole('maxQueue', options.maxQueue, 1, 10_000_000) ?? 10_000,
    ...checkDurability(options),
    anonymousPerMinute:
      options.anonymousPerMinute === false
        ? Number.POSITIVE_INFINITY
        : (whole('anonymousPerMinute', options.anonymousPerMinute, 1, 1_000_000) ?? 300),
    poolSize: whole('poolSize', options.poolSize, 2, 100) ?? 4,
    isSecret: secretNames(options.redaction),
    oversized,
    ...(catalogue === undefined ? {} : { catalogue: checkCatalogue(catalogue) }),
    actions: new ActionBook(options.actions ?? options.config?.actions, options.unknownActions, onError),
    ...(options.config === undefined ? {} : { config: withCatalogue(options.config) }),
    evidence: seal === false ? undefined : checkEvidence(options.config?.evidence),
    probe,
    onError,
    isUnheard: options.onError === undefined,
  };
}

export const DEFAULT_NAME = 'default';

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function checkName(name: unknown): string | undefined {
  if (name === undefined) return undefined;
  if (typeof name !== 'string' || !/^[A-Za-z][\w-]{0,63}$/.test(name))
    throw invalid("name must be 1-64 letters, digits, '_' or '-', and begin with a letter: name: 'billing'");
  return name;
}

function checkCatalogue(catalogue: unknown): Catalogue {
  const given = catalogue as Partial<Catalogue> | null;
  if (typeof given !== 'object' || given === null || given.version !== 1 || typeof given.models !== 'object')
    throw invalid('catalogue must be the one that the generator wrote: import { catalogue } from its folder');
  return given as Catalogue; // version 1 says the rest
}

function checkRedaction(redaction: unknown): void {
  if (redaction === undefined) return;
  if (typeof redaction !== 'object' || redaction === null)
    throw invalid("redaction must be an object: { add: ['nationalId'] }");
  only('redaction.', redaction, REDACTION_KNOWN);
  const { add = [], remove = [], replaceDefaults = false } = redaction as Record<string, unknown>;
  for (const [name, names] of Object.entries({ add, remove })) {
    if (!Array.isArray(names) || !names.every((each) => typeof each === 'string'))
      throw invalid(`redaction.${name} must be a list of names`);
  }
  if (typeof replaceDefaults !== 'boolean') throw invalid('redaction.replaceDefaults must be true or false');
}

function only(prefix: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw invalid(
        `there is no option ${JSON.stringify(prefix + name)}; there are ${known.map((each) => prefix + each).join(', ')}`,
      );
  }
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
