import { Command } from 'commander';
import { examine, type Health } from '../store/postgres/health.js';
import { saying } from '../event/check.js';
import { checkKeysOf, configuredEvidence, keyHere } from './configured-evidence.js';
import { environment, withPool } from './environment.js';
import { line, paint, print, printJson, type Printable } from './terminal.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'is the log installed, are all triggers there, which level of privileges, is a sealer alive, how much waits? Exit code 1 when something is wrong',
    )
    .option('--json', 'for machines')
    .action(async (options: { json?: boolean }, command: Command) => {
      const env = await environment(command);
      const { signer, anchors, checks } = configuredEvidence(env.evidence);
      const { health, key } = await withPool(env, 'doctor', async (pool) => {
        const seen = await examine(pool, env.schema, env.coverage, env.levels, env.config, anchors);
        const { says, vkeys } = await keyHere(signer, seen.origin);
        const keys = seen.installed ? await checkKeysOf(env, pool, vkeys) : [];
        return { key: says, health: { ...seen, checks: [...seen.checks, ...checks, ...keys] } };
      });
      if (options.json) printJson({ ...health, key });
      else printHealth(health, key);
      process.exitCode = health.problems.length === 0 ? 0 : 1;
    });
}

function printHealth(health: Health, key: string): void {
  const fact = (name: string, value: Printable): void => print(line`${name.padEnd(12)}${value}`);
  fact('server', health.server);
  fact('schema', health.installed ? 'installed, up to date' : 'not installed');
  if (health.installed) {
    fact('origin', health.origin);
    fact('privileges', `${health.level}: ${health.levelMeans}`);
    fact('triggers', `${health.covered.length} tables audited, ${health.skipped.length} not`);
    fact(
      'sealer',
      health.sealer.holder === null
        ? 'nobody holds the lease'
        : `${health.sealer.holder}, lease ${health.sealer.alive ? 'valid' : 'run out'}`,
    );
    fact(
      'backlog',
      `${health.unsealed} rows wait for their entry${health.oldestUnsealedSeconds === null ? '' : `, the oldest for ${health.oldestUnsealedSeconds} s`}`,
    );
    fact('evidence', health.evidence);
    fact('key', key);
  }
  for (const check of health.checks) if (check.state === 'warn') print(line`${paint.yellow('!')} ${saying(check)}`);
  for (const problem of health.problems) print(line`${paint.red('✗')} ${problem}`);
  const warnings = health.checks.filter(({ state }) => state === 'warn').length;
  if (health.problems.length > 0) return;
  const rest = warnings === 0 ? '' : `, but for what ${warnings === 1 ? 'the line' : `the ${warnings} lines`} above ${warnings === 1 ? 'says' : 'say'}`; // prettier-ignore
  print(line`${paint.green('✓')} nothing wrong was found${rest}`);
}
