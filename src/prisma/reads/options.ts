import type { Catalogue } from '../../event/catalogue.js';
import { AuditError } from '../../event/errors.js';
import type { AuditConfig } from '../config.js';
import { auditedReads, readPlan, saidBy, type ReadPlan } from './plan.js';

export interface ReadsOptions {
  /**
   * What becomes of reads of models with `/// @audit reads`, or `reads: true` in `audit.config` (docs/reads.md). They need
   * `catalogue`, or a `config` with one.
   * - `'async'`: each becomes an entry that the running audit writes behind the read.
   * - `'strict'`: the rows are handed out once the entry is durable, which costs a write to the log; if it cannot be, the call
   *   rejects with the `AuditError`, and without a running audit in this process no such read is sent (`AUDIT_NOT_DURABLE`).
   * - `'off'`: none.
   * @defaultValue `'async'` where a model says so
   */
  readonly reads?: 'async' | 'strict' | 'off' | undefined;
}

/** What is needed to see reads. */
export interface ReadsSettings {
  readonly plan: ReadPlan;
  readonly mode: 'async' | 'strict';
}

interface Given extends ReadsOptions {
  readonly catalogue?: Catalogue | undefined;
  readonly config?: AuditConfig | undefined;
}

/**
 * `undefined` where no reads are to be seen.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`, and `AUDIT_CONFIG_INVALID` for a model that there is not
 */
export function readsSettings({ reads, config, catalogue = config?.catalogue }: Given): ReadsSettings | undefined {
  if (reads !== undefined && reads !== 'async' && reads !== 'strict' && reads !== 'off')
    throw invalid('reads is "async", "strict" or "off"');
  if (catalogue === undefined) {
    const asked = [...saidBy(config ?? {})].find(([, said]) => said)?.[0];
    if (reads === 'off' || (reads === undefined && asked === undefined)) return undefined;
    const what = reads === undefined ? `models.${asked}.reads` : `reads: "${reads}"`;
    throw invalid(
      `${what} needs to know the schema: add "generator audit { provider = "nestjs-prisma-audit" }" to it, run "prisma generate", and write audit({ catalogue }) with what it wrote`,
    );
  }
  const audited = auditedReads(catalogue, config);
  if (reads === 'off') return undefined;
  const plan = readPlan(catalogue, audited);
  if (plan === undefined) {
    if (reads === undefined) return undefined;
    throw invalid(
      `reads: "${reads}", and no model is read so: write "/// @audit reads" on the line before one in the Prisma schema and run "prisma generate", or models: { Patient: { reads: true } } in audit.config`,
    );
  }
  return { plan, mode: reads ?? 'async' };
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
