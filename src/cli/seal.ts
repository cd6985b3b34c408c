import { Command, InvalidArgumentError } from 'commander';
import { checkEvidence } from '../checkpoint/check-evidence.js';
import { keeperOf } from '../checkpoint/keeper-of.js';
import { AuditError } from '../event/errors.js';
import { Sealer } from '../sealer/sealer.js';
import { createPool, postgresCheckpointStore, postgresSealerStore } from '../store/postgres/index.js';
import { COULD_NOT_RUN } from './could-not-run.js';
import { environment, requireLog } from './environment.js';
import { requirePrimary, sayWhoLeads, sealOnce, SOON_MS } from './seal-once.js';
import { telling } from './tell.js';
import { complain, print, written } from './terminal.js';
import { untilSignal } from './until-signal.js';

interface SealOptions {
  once?: boolean;
  leaseMs: number;
  declareRestore?: string;
}

export function sealCommand(): Command {
  return new Command('seal')
    .description('seal in a process of its own, until SIGTERM or SIGINT; any number may run, one leads')
    .option('--once', 'seal what is there, have it signed and anchored, and stop')
    .option('--lease-ms <n>', 'how long a sealer that died keeps others out', whole, 10_000)
    .option(
      '--declare-restore <why>',
      'the database was restored from a backup: say so in the registry, and go on signing',
      filled,
    ) // prettier-ignore
    .action(async (options: SealOptions, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const evidence = checkEvidence(env.evidence);
      const pool = createPool(env.databaseUrl, { max: 4, applicationName: 'nestjs-prisma-audit seal' });
      const { declareRestore } = options;
      const restore = new RestoreTold();
      const onRestore = restore.is;
      const keeper = keeperOf(postgresCheckpointStore(pool, env.schema), evidence, { declareRestore, onRestore, onError: telling('signing waits') }); // prettier-ignore
      const store = postgresSealerStore(pool, env.schema);
      const onError = telling('sealing waits for the database');
      const sealer = new Sealer(store, { leaseMs: options.leaseMs, keeper, onError });
      try {
        await requireLog(pool, env.schema);
        if (options.once === true) await requirePrimary(pool);
        if (keeper === undefined) print('level L0: nobody signs this log (docs/anchors.md; "keygen" makes a key)');
        if (declareRestore !== undefined && evidence.signer === undefined)
          throw new AuditError('AUDIT_SIGNER_UNAVAILABLE', 'a restore is declared by whoever signs the log, and this process has no key: set AUDIT_SIGNING_KEY_FILE'); // prettier-ignore
        sealer.start();
        if (options.once === true) {
          const mustLead = declareRestore !== undefined;
          const isDone = await sealOnce(sealer, { pool, store, schema: env.schema, keeper, leaseMs: options.leaseMs, mustLead }); // prettier-ignore
          if (mustLead && !restore.isTold)
            complain('nothing was declared: another sealer leads (stop it, and run this again), or it is said above what failed'); // prettier-ignore
          if (!isDone || (mustLead && !restore.isTold)) process.exitCode = COULD_NOT_RUN;
        } else {
          if (declareRestore !== undefined)
            setTimeout(() => void sayWhoLeads(sealer, pool, env.schema), SOON_MS).unref();
          await untilSignal();
        }
      } finally {
        await sealer.stop();
        await pool.end();
      }
      // An anchor that hangs would hold the process.
      if (options.once === true) await written().then(() => process.exit());
    });
}

/** What became of `--declare-restore`, said as soon as it is known. */
class RestoreTold {
  isTold = false;
  readonly is = (what: 'declared' | 'nothing'): void => {
    this.isTold = true;
    if (what === 'declared')
      print('declared: the log is signed again. "verify --policy" prints the line that the auditor adds to "restores" of his policy'); // prettier-ignore
    else print('no anchor has anything that this database has not: there was nothing to declare');
  };
}

function whole(value: string): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 1_000)
    throw new InvalidArgumentError('must be a whole number of milliseconds, 1000 or more');
  return n;
}

function filled(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('say why, in a few words');
  return value;
}
