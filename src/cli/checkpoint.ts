import { Command } from 'commander';
import { withLogSource } from '../store/postgres/index.js';
import { formatPin, verify } from '../verify/index.js';
import { environment, requireLog, withPool } from './environment.js';
import { progressBar } from './progress.js';
import { complain, print, written } from './terminal.js';

export function checkpointCommand(): Command {
  return new Command('checkpoint')
    .description(
      'verify the log, and print origin, size and tree hash of each chain, a line each: keep them outside the database, for verify --pin. A chain with findings gets no line. Exit code: 0, 1 tampered, 2 could not run, 3 some chain cannot be verified by this version',
    )
    .action(async (_options: object, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const report = await withPool(env, 'checkpoint', async (pool) => {
        await requireLog(pool, env.schema);
        const bar = await progressBar('entries');
        try {
          return await withLogSource(pool, env.schema, (source) => verify(source, { onProgress: bar.update }));
        } finally {
          bar.stop();
        }
      });
      let left = 0;
      for (const { origin, entries, root, findings } of report.chains) {
        if (findings > 0) left += 1;
        else print(formatPin({ origin, size: entries, root: Buffer.from(root, 'base64').toString('hex') }));
      }
      await written();
      if (left > 0 || report.verdict === 'TAMPERED')
        complain(`${report.verdict}: ${left} of ${report.chains.length} chains got no line: run verify`);
      // What waits for its entry makes no difference to a checkpoint of what has one.
      process.exitCode = report.verdict === 'TAMPERED' ? 1 : left > 0 ? 3 : 0;
    });
}
