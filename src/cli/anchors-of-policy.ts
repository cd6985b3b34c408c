import { directoryAnchor } from '../checkpoint/anchors/directory.js';
import { fileAnchor } from '../checkpoint/anchors/file.js';
import { postgresAnchor } from '../checkpoint/anchors/postgres.js';
import { webhookAnchor } from '../checkpoint/anchors/webhook.js';
import type { AnchorPlace } from '../checkpoint/port.js';
import { AuditError } from '../event/errors.js';
import { createPool, endPool, type Pool } from '../store/postgres/index.js';
import { tableKey } from '../verify/anchor-place.js';
import type { NamedAnchor } from '../verify/index.js';

/** The anchors of a policy, as they are read from here, and the way to let go of them. */
export async function anchorsOfPolicy(
  places: readonly AnchorPlace[],
): Promise<{ readonly anchors: readonly NamedAnchor[]; close(): Promise<void> }> {
  const pools: Pool[] = [];
  refuseSameDatabases(places);
  const anchors: NamedAnchor[] = [];
  for (const place of places) anchors.push(await open(place, pools));
  return { anchors, close: async () => void (await Promise.all(pools.map((pool) => endPool(pool, 1_000)))) };
}

async function open(place: AnchorPlace, pools: Pool[]): Promise<NamedAnchor> {
  switch (place.type) {
    case 'file':
      return fileAnchor(place.path);
    case 'directory':
      return directoryAnchor(place.path);
    case 'webhook':
      return webhookAnchor({
        url: place.listUrl,
        listUrl: place.listUrl,
        secret: variable(place.secretVariable, `the secret of the anchor ${place.listUrl}`),
      });
    case 'postgres': {
      const pool = createPool(variable(place.urlVariable, URL_MEANS), {
        option: `the variable ${place.urlVariable}`,
        max: 1,
        applicationName: 'nestjs-prisma-audit verify',
      });
      pools.push(pool);
      const anchor = postgresAnchor({ query: (text, values) => pool.query(text, values) }, { table: place.table });
      return { ...anchor, name: `${anchor.name} of ${place.urlVariable}` };
    }
    default:
      return (await s3()).readS3Anchor(place);
  }
}

const URL_MEANS = 'the URL of the database with the anchor, for a role that reads it';

/** Variables of different names can name one database: it would be two of a quorum. */
function refuseSameDatabases(places: readonly AnchorPlace[]): void {
  const known = new Map<string, string>();
  for (const place of places) {
    if (place.type !== 'postgres') continue;
    const url = variable(place.urlVariable, URL_MEANS);
    const key = `${URL.canParse(url) ? databaseOf(new URL(url)) : url} ${tableKey(place.table)}`;
    const before = known.get(key);
    if (before !== undefined)
      throw new AuditError('AUDIT_POLICY_INVALID', `the anchors of the policy with the variables ${before} and ${place.urlVariable} are one table, which counts once: name it once`); // prettier-ignore
    known.set(key, place.urlVariable);
  }
}

const databaseOf = ({ hostname, port, pathname }: URL): string =>
  `${hostname.toLowerCase()}:${port || '5432'}${pathname}`;

/** Its client is an optional peer. */
async function s3(): Promise<typeof import('../s3/read-anchor.js')> {
  try {
    return await import('../s3/read-anchor.js');
  } catch (error) {
    throw new AuditError('AUDIT_POLICY_INVALID', 'an anchor of the policy lies in S3: npm install @aws-sdk/client-s3', {}, error); // prettier-ignore
  }
}

/** @param means what it holds */
function variable(name: string, means: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new AuditError(
    'AUDIT_POLICY_INVALID',
    `an anchor of the policy needs the variable ${name}, which is not set: set it to ${means}`,
  );
}
