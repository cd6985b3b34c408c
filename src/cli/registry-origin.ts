import { type Command, Option } from 'commander';
import { isOrigin } from '../chain/leaf.js';
import { AuditError } from '../event/errors.js';
import { deploymentOrigin } from '../store/postgres/index.js';
import { environment, requireLog, withPool } from './environment.js';

const REGISTRY = '/registry';

export const originOption = (): Option =>
  new Option('--origin <name>', 'name of the deployment, without the database (default: the database is asked)');

/** The name under which a key signs: that of the registry, the chain that tells of all others. */
export async function registryOrigin(given: string | undefined, command: Command): Promise<string> {
  if (given !== undefined) return checked(given) + REGISTRY;
  const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
  return await withPool(env, command.name(), async (pool) => {
    await requireLog(pool, env.schema);
    return (await deploymentOrigin(pool, env.schema)) + REGISTRY;
  });
}

function checked(origin: string): string {
  if (isOrigin(origin) && origin.length <= 200 && !origin.endsWith(REGISTRY)) return origin;
  throw new AuditError(
    'AUDIT_OPTIONS_INVALID',
    `--origin must be the name of a deployment, as doctor shows it: lower-case letters, digits, ._~- and / between them, 200 at most, without ${REGISTRY} behind it`,
  );
}
