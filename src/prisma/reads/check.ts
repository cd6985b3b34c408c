import type { Catalogue } from '../../event/catalogue.js';
import type { Check } from '../../event/check.js';
import { delegateOf, readsOfClient } from './hooks.js';
import { auditedReads, type ReadRules } from './plan.js';

/** What the audit knows of the application's schema. */
export interface KnownReads {
  readonly catalogue?: Catalogue | undefined;
  readonly config?: ReadRules | undefined;
}

/**
 * Whether the reads that the schema wants told are told by a client; no check where it wants none of this client's models.
 * @throws AuditError `AUDIT_CONFIG_INVALID` for a model that there is not
 */
export function readsCheck(client: object, name: string, { catalogue, config }: KnownReads): readonly Check[] {
  if (catalogue === undefined) return [];
  const models = [...auditedReads(catalogue, config)].filter((model) => Reflect.get(client, delegateOf(model)) !== undefined); // prettier-ignore
  if (models.length === 0) return [];
  const reads = `reads of ${models.join(', ')} through ${name}`;
  const mark = readsOfClient(client);
  if (mark === 'seen') return [{ name: 'client.reads', state: 'ok', message: `${reads} become entries` }];
  if (mark === 'off') return [{ name: 'client.reads', state: 'ok', message: `${reads} are switched off` }];
  return [
    {
      name: 'client.reads',
      state: 'warn',
      message: `${reads} leave no entries: it has no query hooks`,
      remedy: "client.$extends(audit({ catalogue })), or audit({ reads: 'off' }) for a client that need not tell",
    },
  ];
}
