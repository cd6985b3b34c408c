import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError } from 'commander';
import { AuditError } from '../event/errors.js';
import {
  exitCode,
  htmlReport,
  parsePins,
  parsePolicy,
  parseState,
  verify,
  type Pin,
  type VerifyState,
} from '../verify/index.js';
import { recordVerified, withLogSource } from '../store/postgres/index.js';
import { anchorsOfPolicy } from './anchors-of-policy.js';
import { environment, requireLog, withPool } from './environment.js';
import { packageVersion } from './package-version.js';
import { printReport } from './print-report.js';
import { progressBar } from './progress.js';
import { saveState, writeWhole } from './save-state.js';
import { complain, printJson, written } from './terminal.js';
import { walkersFor } from './walk-apart.js';

interface Options {
  readonly pin?: string;
  readonly headers?: boolean;
  readonly since?: string;
  readonly policy?: string;
  readonly saveState?: string;
  readonly parallel: number;
  readonly report?: string;
  readonly record?: boolean;
  readonly json?: boolean;
}

const MOST_THREADS = 64;

export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'recompute every hash, link, commitment and projection, and derive every entry anew from what was captured. Exit code: 0 verified, 1 tampered, 2 could not run, 3 incomplete',
    )
    .option(
      '--pin <file>',
      'compare with lines that checkpoint printed and that were kept elsewhere; "-" is standard input',
    )
    .option(
      '--policy <file>',
      'what the auditor trusts: origin, keys, anchors ("policy init" writes one to begin with); checkpoints and anchors are compared',
    )
    .option('--headers', 'faster, and never a pass: hashes, links and columns alone, neither content nor what it says')
    .option(
      '--since <file>',
      'only what is new since the run that saved this state; the report says what it took on trust',
    )
    .option('--save-state <file>', 'where the next run can go on; written only where nothing was tampered with')
    .option('--parallel <threads>', 'chains are shared among so many threads, each with a connection', threads, 1)
    .option('--report <file>', 'the report as one HTML page, to be filed')
    .option('--record', 'leave the result as an entry audit.verified in the log')
    .option('--json', 'the report as JSON, for machines')
    .action(async (options: Options, command: Command) => {
      if (options.headers && options.saveState !== undefined)
        throw new AuditError('AUDIT_OPTIONS_INVALID', '--save-state needs content to be verified: leave out --headers');
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const pins = options.pin === undefined ? [] : await readPins(options.pin);
      const since = options.since === undefined ? undefined : await readState(options.since);
      const policy = options.policy === undefined ? undefined : parsePolicy(await readFile(options.policy, 'utf8'));
      const outside = await anchorsOfPolicy(policy?.anchors ?? []);
      const started = performance.now();
      let state: VerifyState | undefined;
      const report = await withPool(env, 'verify', async (pool) => {
        await requireLog(pool, env.schema);
        const bar = await progressBar('entries');
        try {
          return await withLogSource(pool, env.schema, async (source) =>
            verify(source, {
              pins,
              content: options.headers !== true,
              ...(since === undefined ? {} : { since }),
              ...(policy === undefined ? {} : { policy, anchors: outside.anchors }),
              onProgress: bar.update,
              onState: (saved) => (state = saved),
              ...(await walkersFor(pool, env, source, options.parallel)),
            }),
          );
        } finally {
          bar.stop();
          await outside.close();
        }
      });
      if (options.record === true) {
        const { verdict, level, entries, findingCount, coverage } = report;
        const details = { verdict, level, entries, findings: findingCount, evidence: coverage.evidence, options: namesOf(options) }; // prettier-ignore
        await withPool(env, 'verify', (pool) => recordVerified(pool, env.schema, details));
      }
      if (options.saveState !== undefined) {
        if (state === undefined) complain(`the state was not saved: the verdict is ${report.verdict}`);
        else await saveState(options.saveState, state);
      }
      if (options.report !== undefined) {
        const ran = {
          version: packageVersion(),
          seconds: (performance.now() - started) / 1000,
          options: namesOf(options),
        };
        await writeWhole(options.report, htmlReport(report, ran));
      }
      if (options.json) printJson(report);
      else printReport(report);
      await written();
      process.exitCode = exitCode(report.verdict);
    });
}

function threads(value: string): number {
  if (!/^[1-9]\d?$/.test(value) || Number(value) > MOST_THREADS)
    throw new InvalidArgumentError(`it is a number from 1 to ${MOST_THREADS}`);
  return Number(value);
}

async function readPins(file: string): Promise<readonly Pin[]> {
  const pins = parsePins(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'));
  // An empty file would compare nothing and look like a comparison.
  if (pins.length === 0) throw new AuditError('AUDIT_PIN_INVALID', `${file} holds no line to compare with`);
  return pins;
}

async function readState(file: string): Promise<VerifyState> {
  return parseState(await readFile(file, 'utf8'));
}

/** Options as they were given, for a page that is filed. No URL is among them. */
function namesOf({ pin, policy, headers, since, parallel }: Options): readonly string[] {
  return [
    ...(pin === undefined ? [] : [`--pin ${pin}`]),
    ...(policy === undefined ? [] : [`--policy ${policy}`]),
    ...(headers === true ? ['--headers'] : []),
    ...(since === undefined ? [] : [`--since ${since}`]),
    ...(parallel > 1 ? [`--parallel ${parallel}`] : []),
  ];
}
