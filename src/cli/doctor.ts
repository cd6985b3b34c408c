import { Command } from 'commander';
import pc from 'picocolors';
import { examine, type Health } from '../store/postgres/health.js';
import { saying } from '../event/check.js';
import { environment, withPool } from './environment.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'is the log installed, are all triggers there, which level of privileges, is a sealer alive, how much waits? Exit code 1 when something is wrong',
    )
    .option('--json', 'for machines')
    .action(async (options: { json?: boolean }, command: Command) => {
      const env = await environment(command);
      const health = await withPool(env, 'doctor', (pool) => examine(pool, env.schema, env.coverage, env.levels));
      if (options.json) process.stdout.write(`${JSON.stringify(health)}\n`);
      else print(health);
      process.exitCode = health.problems.length === 0 ? 0 : 1;
    });
}

function print(health: Health): void {
  const line = (name: string, value: string): unknown => process.stdout.write(`${name.padEnd(12)}${value}\n`);
  line('server', health.server);
  line('schema', health.installed ? 'installed, up to date' : 'not installed');
  if (health.installed) {
    line('origin', health.origin);
    line('privileges', `${health.level}: ${health.levelMeans}`);
    line('triggers', `${health.covered.length} tables audited, ${health.skipped.length} not`);
    line(
      'sealer',
      health.sealer.holder === null
        ? 'nobody holds the lease'
        : `${health.sealer.holder}, lease ${health.sealer.alive ? 'valid' : 'run out'}`,
    );
    line(
      'backlog',
      `${health.unsealed} rows wait for their entry${health.oldestUnsealedSeconds === null ? '' : `, the oldest for ${health.oldestUnsealedSeconds} s`}`,
    );
  }
  for (const check of health.checks)
    if (check.state === 'warn') process.stdout.write(`${pc.yellow('!')} ${saying(check)}\n`);
  for (const problem of health.problems) process.stdout.write(`${pc.red('✗')} ${problem}\n`);
  if (health.problems.length === 0) process.stdout.write(`${pc.green('✓')} nothing wrong was found\n`);
}
