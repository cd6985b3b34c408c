import type { EvidenceConfig } from '../checkpoint/port.js';
import type { ActionCatalogue } from '../event/actions.js';
import type { Catalogue } from '../event/catalogue.js';
import type { RedactionOptions } from '../event/redaction.js';

/** Names of the models of a generated client, with the names of their columns: read off the client's own delegates. */
type Delegates<C> = {
  [
    // Any plain object type passes for one with symbol members; its name is then just `string`.
    K in keyof C as C[K] extends { [S: symbol]: { types: { payload: { name: infer N extends string } } } }
      ? string extends N
        ? never
        : N
      : never
  ]: C[K] extends {
    fields: infer F;
  }
    ? Extract<keyof F, string>
    : string;
};

export interface ModelConfig<Field extends string = string> {
  /** Columns whose values never reach the log, beside those that the default names cover. */
  readonly redact?: readonly Field[];
  /** Columns that a default name covers although they hold no secret. */
  readonly keep?: readonly Field[];
  /** Columns of which only the last characters are logged, with their number (1–32). Text only. */
  readonly mask?: Partial<Record<Field, number>>;
  /** Columns that are never logged; a change of nothing else makes no entry. */
  readonly ignore?: readonly Field[];
  /** The column that names the data subject. */
  readonly subject?: Field;
  /** The column that holds the tenant; used for writes whose context names none. */
  readonly tenant?: Field;
  /**
   * Whether reads of it become entries, whatever its annotation says; seen by clients extended with `audit()` and the
   * generator's catalogue (docs/reads.md). @defaultValue `false`
   */
  readonly reads?: boolean;
  /** The table, where it is not named like the model (`@@map`); `schema.table` outside of the first schema. */
  readonly table?: string;
  /** Names of columns that differ from their field's (`@map`). */
  readonly columns?: Partial<Record<Field, string>>;
}

/** What is audited. Read by the command line, which installs the triggers, and by the application at its start. */
// oxlint-disable-next-line typescript/no-explicit-any -- without a client type every name is allowed
export interface AuditConfig<C = any> {
  /** Schema of the log. @defaultValue `'audit'` */
  readonly schema?: string;
  /**
   * Who sees the changes of rows: triggers of the database, or the client. With `'client'` the command `migrate` makes no
   * triggers and takes away those that are there; needs `catalogue` (docs/engines.md). @defaultValue `'database'`
   */
  readonly engine?: 'database' | 'client';
  /** Schemas whose tables are audited. @defaultValue `['public']` */
  readonly schemas?: readonly string[];
  /** Column that holds the tenant, wherever a table has it: its name in the database, which `@map` may have changed. */
  readonly tenantColumn?: string;
  /** Which names hold secrets, in all tables. */
  readonly redaction?: RedactionOptions;
  /** What the generator wrote; what is said here wins over its annotations. */
  readonly catalogue?: Catalogue;
  /** What `defineActions` gave: printed by the command `actions`, and the application's own where it passes this as `config`. */
  readonly actions?: ActionCatalogue;
  /**
   * What becomes of a write whose change cannot be logged, because the log or a right on it is missing: it fails, or it goes
   * through and the gap is logged where possible, and counted. @defaultValue `'fail'`
   */
  readonly onMissing?: 'fail' | 'warn';
  /**
   * Roles of the database by the part they play in the log: `migrate` gives each its rights and takes all others away
   * (docs/privileges.md). Remembered in the database; `'none'` ends a part.
   */
  readonly roles?: { readonly app?: string; readonly sealer?: string; readonly reader?: string };
  /** The least level that `doctor` is content with. @defaultValue none: it names the level that it finds */
  readonly level?: 'single' | 'split' | 'separate';
  /**
   * Who signs checkpoints of the log, and where they go (docs/anchors.md). As a function it is asked by what signs alone: then a secret that
   * is missing stops no other command. @defaultValue the key that the environment names
   */
  readonly evidence?: EvidenceConfig | (() => EvidenceConfig);
  /** By model. Every table is audited unless its model is `false`. Tables of implicit many-to-many relations are models of their table's name. */
  readonly models?: unknown extends C
    ? Readonly<Record<string, ModelConfig | false>>
    : { readonly [M in keyof Delegates<C>]?: ModelConfig<Delegates<C>[M] & string> | false } & {
        // A model's name begins with a letter, the table of a relation with this.
        readonly [T in `_${string}`]?: ModelConfig | false;
      };
}

/**
 * The default export of `audit.config.ts`. With the client's type, `defineAudit<PrismaClient>({ … })`, the names of models
 * and columns are checked by the compiler.
 */
// oxlint-disable-next-line typescript/no-explicit-any
export function defineAudit<C = any>(config: AuditConfig<C>): AuditConfig<C> {
  return config;
}
