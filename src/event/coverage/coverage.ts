import type { ActionCatalogue } from '../actions.js';
import type { Catalogue } from '../catalogue.js';
import type { RedactionOptions } from '../redaction.js';

/** Who sees the changes of rows: triggers, or the clients of the application (docs/engines.md). */
export type Engine = 'database' | 'client';

/** What is to be audited: `audit.config.ts`, without the types that check it. */
export interface Coverage {
  readonly engine?: Engine;
  readonly schema?: string;
  readonly schemas?: readonly string[];
  readonly tenantColumn?: string;
  readonly redaction?: RedactionOptions;
  readonly catalogue?: Catalogue;
  readonly actions?: ActionCatalogue;
  readonly onMissing?: 'fail' | 'warn';
  readonly models?: Readonly<Record<string, ModelCoverage | false | undefined>>;
}

export interface ModelCoverage {
  readonly redact?: readonly string[];
  readonly keep?: readonly string[];
  readonly mask?: Readonly<Record<string, number | undefined>>;
  readonly ignore?: readonly string[];
  readonly subject?: string;
  readonly tenant?: string;
  readonly reads?: boolean;
  readonly table?: string;
  readonly columns?: Readonly<Record<string, string | undefined>>;
}
