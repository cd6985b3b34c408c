import { Command, Option } from 'commander';
import { checkEvidence } from '../checkpoint/check-evidence.js';
import { AuditError } from '../event/errors.js';
import { writeExport } from '../export/directory.js';
import { readManifest } from '../export/read-manifest.js';
import type { ExportFormat } from '../export/format.js';
import {
  deploymentOrigin,
  postgresExportLog,
  withLogSource,
  withProofSource,
  type Pool,
} from '../store/postgres/index.js';
import { verify } from '../verify/index.js';
import { environment, requireLog, withPool } from './environment.js';
import { conditionWords, quoted } from './condition-words.js';
import { conditionsOf, readerOf, withConditions, type ConditionOptions } from './conditions.js';
import { beginPackage, checkPackage, packageWords, withPackage, type PackageOptions } from './package.js';
import { packageVersion } from './package-version.js';
import { progressBar } from './progress.js';
import { complain, line, print } from './terminal.js';
import { timeProgress } from './time-progress.js';

type ExportCommandOptions = ConditionOptions &
  PackageOptions & {
    readonly newest?: boolean;
    readonly continue?: boolean;
    readonly previous?: string;
    readonly format: ExportFormat;
    readonly bom: boolean;
    readonly proveComplete?: boolean;
    readonly sign: boolean;
    readonly verify?: boolean;
    readonly population?: boolean;
    readonly word?: string;
  };

export function exportCommand(): Command {
  return withPackage(
    withConditions(
      new Command('export').description(
        'write sealed entries of one tenant as a directory that verify-export checks. Exit code: 0 written, 2 could not run',
      ),
    ).option('--newest', 'newest first'),
  )
    .option(
      '--continue',
      'go on in a directory that was begun with the same conditions and options and was not finished; one that is not there is begun',
    ) // prettier-ignore
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
    .option('--population', 'with population.csv, one line an entry: what an auditor chooses from')
    .option(
      '--sample <n>',
      'with sample.csv: so many entries of the period up to --to, drawn by the first checkpoint after it',
      Number,
    ) // prettier-ignore
    .option(
      '--word <word>',
      'what the auditor said when that checkpoint was anchored: without it the owner of the log could steer the sample',
    ) // prettier-ignore
    .option(
      '--previous <dir>',
      'the export before this one in a series, or its manifest.json: the manifest names it, and verify-export checks them together',
    ) // prettier-ignore
    .option('--verify', 'verify the log first, all of it; the sheet says what came of it')
    .option('--no-sign', 'the manifest is not signed, although a signer is configured')
    .action(async (options: ExportCommandOptions, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const { format, bom } = options;
      checkPackage(options);
      if (options.openings && !options.proveComplete)
        throw new AuditError('AUDIT_OPTIONS_INVALID', '--openings opens what leaves commit to: pass --prove-complete too'); // prettier-ignore
      if (options.word !== undefined && options.sample === undefined)
        throw new AuditError('AUDIT_OPTIONS_INVALID', '--word is said for a sample: pass --sample too');
      const { signer } = checkEvidence(env.evidence);
      const previous = options.previous === undefined ? undefined : (await readManifest(options.previous)).sha256;
      const producedBy = `nestjs-prisma-audit ${packageVersion()}`;
      const written = await withPool(env, 'export', async (pool) => {
        await requireLog(pool, env.schema);
        const verified = options.verify ? await verdictOf(pool, env.schema) : undefined;
        const versions = [producedBy, `Node ${process.versions.node}`, await serverVersion(pool)];
        const reader = readerOf(pool, env);
        const bar = await progressBar('entries');
        const zip = await beginPackage(options, { pool, schema: env.schema, reader, onProof: bar.update });
        const out = zip?.directory ?? options.out ?? ''; // one of the two, as checked
        try {
          const made = await writeExport(
            reader,
            { ...conditionsOf(options), order: options.newest ? 'newest' : 'oldest' },
            {
              directory: out,
              continues: options.continue,
              format,
              bom,
              values: 'columns',
              producedBy,
              onProgress: timeProgress(options, bar),
              onLeaves: bar.update,
              onInterrupted: (error, ms) =>
                complain(line`${error.message.split(';')[0] ?? ''}: asked again in ${ms / 1_000} s`),
              record: postgresExportLog(pool, env.schema),
              withProof: (work) => withProofSource(pool, env.schema, work),
              evidence: options.proveComplete ? { openings: options.openings === true } : undefined,
              population: options.population,
              previous,
              sample: options.sample === undefined ? undefined : { size: options.sample, word: options.word },
              ...(signer === undefined || !options.sign
                ? {}
                : { signing: { signer, deployment: await deploymentOrigin(pool, env.schema) } }),
              sheet: { command: wordsOf(options), verified, versions },
            },
          );
          await zip?.pack(made);
          return { ...made, out: zip?.file ?? out };
        } finally {
          bar.stop();
          await zip?.end();
        }
      });
      if (!written.isTenantKnown)
        complain(line`there is no tenant of this name in the log: that it was asked for is in the default chain`);
      print(
        line`${written.manifest.count} entries written to ${written.out}; SHA-256 of its manifest: ${written.sha256}`,
      );
    });
}

/** What a verification says, on one line. */
async function verdictOf(pool: Pool, schema: string): Promise<string> {
  const bar = await progressBar('entries');
  try {
    const { verdict, level, entries, findingCount, verifiedAt } = await withLogSource(pool, schema, (source) => verify(source, { onProgress: bar.update })); // prettier-ignore
    if (verdict !== 'VERIFIED')
      complain(line`the log is ${verdict}: run verify, which says why; the sheet says so, too`);
    return `${verdict} at level ${level}, ${entries} entries, ${findingCount} findings, at ${verifiedAt}`;
  } finally {
    bar.stop();
  }
}

async function serverVersion(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ version: string }>(`select current_setting('server_version') as version`);
  return `PostgreSQL ${rows[0]?.version}`;
}

function wordsOf(options: ExportCommandOptions): readonly string[] {
  const { format, bom, proveComplete, openings, sign, population, sample, word } = options;
  const isVerified = options.verify === true;
  return [
    'nestjs-prisma-audit export',
    ...conditionWords(conditionsOf(options)),
    ...(options.newest ? ['--newest'] : []),
    ...packageWords(options),
    ...(options.continue ? ['--continue'] : []),
    `--format ${format}`,
    ...(bom ? [] : ['--no-bom']),
    ...(proveComplete ? ['--prove-complete'] : []),
    ...(openings ? ['--openings'] : []),
    ...(population ? ['--population'] : []),
    ...(sample === undefined ? [] : [`--sample ${sample}`]),
    ...(word === undefined ? [] : [`--word ${quoted(word)}`]),
    ...(options.previous === undefined ? [] : [`--previous ${quoted(options.previous)}`]),
    ...(isVerified ? ['--verify'] : []),
    ...(sign ? [] : ['--no-sign']),
  ];
}
