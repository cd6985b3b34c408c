import { COULD_NOT_RUN } from './could-not-run.js';
import { Command, CommanderError } from 'commander';
import { actionsCommand } from './actions.js';
import { askCommand } from './ask.js';
import { backfillCommand } from './backfill.js';
import { checkpointCommand } from './checkpoint.js';
import { doctorCommand } from './doctor.js';
import { exportCommand } from './export.js';
import { followCommand } from './follow.js';
import { keyCommand } from './key.js';
import { keygenCommand } from './keygen.js';
import { migrateCommand } from './migrate.js';
import { proveCommand } from './prove.js';
import { publishCommand } from './publish.js';
import { policyCommand } from './policy.js';
import { queryCommand } from './query.js';
import { sealCommand } from './seal.js';
import { commanderOutput, complain, joined, line, paint, showWarnings, type Printable } from './terminal.js';
import { verifyExportCommand } from './verify-export.js';
import { verifyProofCommand } from './verify-proof.js';
import { verifyCommand } from './verify.js';
import { viewCommand } from './view.js';

const program = new Command('nestjs-prisma-audit')
  .description('Installs, runs and checks the audit log of a database.')
  .option('--database-url <url>', 'postgresql://… (default: AUDIT_DATABASE_URL, else DATABASE_URL)')
  .option('--schema <name>', 'schema of the log (default: that of audit.config, else "audit")')
  .option(
    '--config <file>',
    'configuration file (default: "nestjs-prisma-audit": { "config": … } in package.json, else AUDIT_CONFIG, else audit.config.ts, .mts, .mjs or .js in this folder)',
  )
  .showHelpAfterError()
  .configureOutput(commanderOutput)
  .exitOverride();

showWarnings();

for (const command of [
  migrateCommand,
  sealCommand,
  verifyCommand,
  checkpointCommand,
  proveCommand,
  publishCommand,
  verifyProofCommand,
  policyCommand,
  keygenCommand,
  keyCommand,
  queryCommand,
  askCommand,
  viewCommand,
  exportCommand,
  followCommand,
  verifyExportCommand,
  doctorCommand,
  backfillCommand,
  actionsCommand,
]) {
  program.addCommand(command().exitOverride().configureOutput(commanderOutput));
}

// Prisma starts the command of a generator's provider like this, and talks to it over standard input.
const isGenerator = process.env['PRISMA_GENERATOR_INVOCATION'] !== undefined && process.argv.length === 2;

try {
  if (isGenerator) (await import('./generator.js')).serveGenerator();
  else await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : COULD_NOT_RUN; // commander has said what was wrong
  } else {
    fail(error);
    process.exitCode = COULD_NOT_RUN;
  }
}

function fail(error: unknown): void {
  complain(line`${paint.red('error:')} ${error instanceof Error ? describe(error) : String(error)}`);
}

function describe(error: Error): Printable {
  // Node wraps a refused connection to several addresses in an error without a message.
  return error instanceof AggregateError && error.message === ''
    ? joined(
        error.errors.map((inner) => String(inner)),
        '; ',
      )
    : error.message;
}
