import { formatVkey } from '../chain/vkey.js';
import { REGISTRY } from '../chain/registry.js';
import type { CheckedEvidence } from '../checkpoint/check-evidence.js';
import type { Catalogue } from '../event/catalogue.js';
import { within } from '../event/deadline.js';
import type { ConfiguredModels } from '../query/configured-names.js';
import { deploymentOrigin } from '../store/postgres/deployment.js';
import { evidenceFacts } from '../store/postgres/evidence-facts.js';
import type { Pool } from '../store/postgres/pool.js';
import { readFailure } from '../store/postgres/read-failure.js';
import type { BacklogFacts, ViewerSource } from '../viewer/port.js';
import type { AuditHealth } from './health.js';
import type { CheckedOptions } from './options.js';
import { provingBy } from './proving.js';
import { VerifyRun } from './verify-run.js';

/** What is read of an audit. */
interface Viewed extends Pick<ViewerSource, 'query' | 'export' | 'actions'> {
  health(): Promise<AuditHealth>;
}

/** A signer may be on another continent. */
const SIGNER_MS = 2_000;

interface Pools {
  /** Of the role that reads. */
  readonly readers: Pool;
  /** Of one that reads the whole log; opened when it is asked for first. */
  readonly whole: () => Pool;
}

/** What the viewer of an audit stands on. */
export function viewerSourceOf(audit: Viewed, options: CheckedOptions, { readers: pool, whole }: Pools): ViewerSource {
  const { schema, catalogue, config, onError, auditorUrl, evidence } = options;
  let name: Promise<string> | undefined;
  let keys: Promise<readonly string[]> | undefined;
  // Neither changes; what failed is asked again.
  const deployment = (): Promise<string> =>
    (name ??= deploymentOrigin(pool, schema).catch((error: unknown) => {
      name = undefined;
      throw readFailure(schema, error);
    }));
  const vkeys = (): Promise<readonly string[]> =>
    (keys ??= vkeysOf(evidence, deployment).catch((error: unknown) => {
      keys = undefined;
      onError(error);
      return [];
    }));
  return {
    query: audit.query,
    export: audit.export,
    actions: audit.actions,
    models: fieldNames(catalogue, config?.models),
    deployment,
    vkeys,
    evidence: async () => ({ ...(await evidenceFacts(pool, schema)), anchors: (evidence?.anchors ?? []).map((anchor) => anchor.name) }), // prettier-ignore
    backlog: async () => backlogOf(await audit.health()),
    prove: provingBy(whole, schema),
    verifying: auditorUrl === undefined ? undefined : new VerifyRun({ databaseUrl: auditorUrl, schema }, onError),
    onError,
  };
}

async function vkeysOf(
  evidence: CheckedEvidence | undefined,
  deployment: () => Promise<string>,
): Promise<readonly string[]> {
  if (evidence?.signer === undefined) return [];
  const known = await within(SIGNER_MS, evidence.signer.vkeys(`${await deployment()}/${REGISTRY.name}`));
  return (known ?? []).map((vkey) => formatVkey(vkey));
}

function backlogOf({ unsealed, oldestPendingMs, sealer, sealLagMs }: AuditHealth): BacklogFacts {
  return { unsealed, oldestMs: oldestPendingMs, sealer: { alive: sealer.alive, lagMs: sealLagMs } };
}

/** Fields by their columns, where they differ. */
function fieldNames(
  catalogue: Catalogue | undefined,
  configured: ConfiguredModels | undefined,
): ViewerSource['models'] {
  const known = Object.entries(catalogue?.models ?? {}).map(([model, { fields }]) => {
    const columns = Object.entries(fields).map(([field, { column }]) => [column, field] as const);
    return [model, Object.fromEntries(columns.filter(([column, field]) => column !== field))] as const;
  });
  const said = Object.entries(configured ?? {}).map(([model, given]) => {
    const columns = Object.entries((given || undefined)?.columns ?? {});
    return [model, Object.fromEntries(columns.map(([field, column]) => [column, field]))] as const;
  });
  return Object.fromEntries([...said, ...known].filter(([, columns]) => Object.keys(columns).length > 0));
}
