import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { AuditError } from '../event/errors.js';
import { exitCode, parsePins, verify, type Pin } from '../verify/index.js';
import { withLogSource } from '../store/postgres/index.js';
import { environment, requireLog, withPool } from './environment.js';
import { progressBar } from './progress.js';
import { printReport } from './print-report.js';
import { printJson, written } from './terminal.js';

export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'recompute every hash, link, commitment and projection, and derive every entry anew from what was captured. Exit code: 0 verified, 1 tampered, 2 could not run, 3 incomplete',
    )
    .option(
      '--pin <file>',
      'compare with lines that checkpoint printed and that were kept elsewhere; "-" is standard input',
    )
    .option('--json', 'the report as JSON, for machines')
    .action(async (options: { pin?: string; json?: boolean }, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const pins = options.pin === undefined ? [] : await readPins(options.pin);
      const report = await withPool(env, 'verify', async (pool) => {
        await requireLog(pool, env.schema);
        const bar = await progressBar('entries');
        try {
          return await withLogSource(pool, env.schema, (source) => verify(source, { pins, onProgress: bar.update }));
        } finally {
          bar.stop();
        }
      });
      if (options.json) printJson(report);
      else printReport(report);
      await written();
      process.exitCode = exitCode(report.verdict);
    });
}

async function readPins(file: string): Promise<readonly Pin[]> {
  const pins = parsePins(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'));
  // An empty file would compare nothing and look like a comparison.
  if (pins.length === 0) throw new AuditError('AUDIT_PIN_INVALID', `${file} holds no line to compare with`);
  return pins;
}
