import { Command, Option } from 'commander';
import { checkEvidence } from '../checkpoint/check-evidence.js';
import { AuditError } from '../event/errors.js';
import { writeExport } from '../export/directory.js';
import type { ExportFormat } from '../export/format.js';
import { AuditReader } from '../query/reader.js';
import { deploymentOrigin, postgresEntryStore, withProofSource } from '../store/postgres/index.js';
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
  readonly proveComplete?: boolean;
  readonly openings?: boolean;
  readonly sign: boolean;
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
    .option(
      '--prove-complete',
      'with the leaves of the chain, which show that no entry that was asked for is left out; conditions on actors, records and requests they do not know',
    )
    .option('--openings', 'with what opens the sections of these entries: their values are proved, too')
    .option('--no-sign', 'the manifest is not signed, although a signer is configured')
    .action(async (options: ExportCommandOptions, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const { out, format, bom } = options;
      if (options.openings && !options.proveComplete)
        throw new AuditError('AUDIT_OPTIONS_INVALID', '--openings opens what leaves commit to: pass --prove-complete too'); // prettier-ignore
      const { signer } = checkEvidence(env.evidence);
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
            ...(options.proveComplete
              ? { evidence: { withProof: (work) => withProofSource(pool, env.schema, work), openings: options.openings === true } } // prettier-ignore
              : {}),
            ...(signer === undefined || !options.sign
              ? {}
              : { signing: { signer, deployment: await deploymentOrigin(pool, env.schema) } }),
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
  const { out, format, bom, proveComplete, openings, sign } = options;
  return [
    'nestjs-prisma-audit export',
    ...filterWords(options),
    `--out ${quoted(out)}`,
    `--format ${format}`,
    ...(bom ? [] : ['--no-bom']),
    ...(proveComplete ? ['--prove-complete'] : []),
    ...(openings ? ['--openings'] : []),
    ...(sign ? [] : ['--no-sign']),
  ];
}
