import { Command, Option } from 'commander';
import { writeExport } from '../export/directory.js';
import type { ExportFormat } from '../export/format.js';
import { AuditReader } from '../query/reader.js';
import { postgresEntryStore } from '../store/postgres/index.js';
import { environment, requireLog, withPool } from './environment.js';
import { filterOf, filterWords, quoted, withFilter, type FilterOptions } from './filter-options.js';
import { packageVersion } from './package-version.js';
import { progressBar } from './progress.js';
import { line, print } from './terminal.js';
import { timeProgress } from './time-progress.js';

interface ExportCommandOptions extends FilterOptions {
  readonly out: string;
  readonly format: ExportFormat;
  readonly bom: boolean;
}

export function exportCommand(): Command {
  return withFilter(
    new Command('export').description(
      'write sealed entries of one tenant as a directory that verify-export checks. Exit code: 0 written, 2 could not run',
    ),
  )
    .requiredOption('--out <dir>', 'the new directory')
    .addOption(
      new Option('--format <format>', 'ndjson is the evidence, csv is for spreadsheets')
        .choices(['ndjson', 'csv'])
        .default('ndjson'),
    )
    .option('--no-bom', 'csv without a byte order mark')
    .action(async (options: ExportCommandOptions, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const { out, format, bom } = options;
      const producedBy = `nestjs-prisma-audit ${packageVersion()}`;
      const written = await withPool(env, 'export', async (pool) => {
        await requireLog(pool, env.schema);
        const bar = await progressBar('entries');
        try {
          return await writeExport(new AuditReader(postgresEntryStore(pool, env.schema)), filterOf(options), {
            directory: out,
            format,
            bom,
            values: 'columns',
            producedBy,
            onProgress: timeProgress(options, bar),
            sheet: { command: wordsOf(options), versions: [producedBy, `Node ${process.versions.node}`] },
          });
        } finally {
          bar.stop();
        }
      });
      print(line`${written.manifest.count} entries written to ${out}; SHA-256 of its manifest: ${written.sha256}`);
    });
}

function wordsOf(options: ExportCommandOptions): readonly string[] {
  const { out, format, bom } = options;
  return [
    'nestjs-prisma-audit export',
    ...filterWords(options),
    `--out ${quoted(out)}`,
    `--format ${format}`,
    ...(bom ? [] : ['--no-bom']),
  ];
}
