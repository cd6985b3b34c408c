import { Command } from 'commander';
import { decodeFrontier, rootOf } from '../chain/merkle.js';
import { withLogSource } from '../store/postgres/index.js';
import { formatPin } from '../verify/index.js';
import { environment, requireLog, withPool } from './environment.js';
import { print } from './terminal.js';

export function checkpointCommand(): Command {
  return new Command('checkpoint')
    .description(
      'print origin, size and tree hash of each chain, a line each: keep them outside the database, for verify --pin',
    )
    .action(async (_options: object, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const chains = await withPool(env, 'checkpoint', async (pool) => {
        await requireLog(pool, env.schema);
        return await withLogSource(pool, env.schema, (source) => source.chains());
      });
      for (const chain of chains) {
        const { nodes } = decodeFrontier(chain.size, chain.frontier);
        print(formatPin({ origin: chain.origin, size: chain.size, root: rootOf(nodes) }));
      }
    });
}
