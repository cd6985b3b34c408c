import { Command, InvalidArgumentError } from 'commander';
import { Sealer } from '../sealer/sealer.js';
import { createPool, postgresContentStore, postgresSealerStore } from '../store/postgres/index.js';
import { environment, requireLog } from './environment.js';
import { complain } from './terminal.js';

export function sealCommand(): Command {
  return new Command('seal')
    .description('seal in a process of its own, until SIGTERM or SIGINT; any number may run, one leads')
    .option('--once', 'seal what is there and stop')
    .option('--lease-ms <n>', 'how long a sealer that died keeps others out', whole, 10_000)
    .action(async (options: { once?: boolean; leaseMs: number }, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const pool = createPool(env.databaseUrl, { max: 3, applicationName: 'nestjs-prisma-audit seal' });
      const say = (error: unknown): void => complain(error instanceof Error ? error.message : String(error));
      const sealer = new Sealer(postgresSealerStore(pool, env.schema), { leaseMs: options.leaseMs, onError: say });
      try {
        await requireLog(pool, env.schema);
        sealer.start();
        if (options.once) await untilSealed(postgresContentStore(pool, env.schema));
        else await untilSignal();
      } finally {
        await sealer.stop();
        await pool.end();
      }
    });
}

async function untilSealed(content: {
  position(): Promise<number>;
  unsealed(position: number): Promise<number>;
}): Promise<void> {
  const position = await content.position();
  while ((await content.unsealed(position)) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => undefined, 60_000); // nothing else may be pending while it follows
    const stop = (): void => {
      clearInterval(alive);
      resolve();
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
}

function whole(value: string): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 1_000)
    throw new InvalidArgumentError('must be a whole number of milliseconds, 1000 or more');
  return n;
}
