import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError } from 'commander';
import { messageOf } from '../event/cause.js';
import { AuditError } from '../event/errors.js';
import {
  exitCode,
  htmlReport,
  parsePins,
  parsePolicy,
  parseState,
  verify,
  type Pin,
  type Report,
  type VerifyState,
} from '../verify/index.js';
import { recordVerified, withLogSource } from '../store/postgres/index.js';
import { anchorsOfPolicy } from './anchors-of-policy.js';
import { COULD_NOT_RUN } from './could-not-run.js';
import { environment, requireLog, withPool, type Environment } from './environment.js';
import { packageVersion } from './package-version.js';
import { printReport } from './print-report.js';
import { progressBar } from './progress.js';
import { checkWritable, readGiven } from './read-given.js';
import { saveState, writeWhole } from './save-state.js';
import { complain, line, paint, printJson, written } from './terminal.js';
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
      const policy =
        options.policy === undefined
          ? undefined
          : parsePolicy(await readGiven('--policy', options.policy, '"policy init" writes one to begin with'));
      if (options.report !== undefined) await checkWritable('--report', options.report);
      if (options.saveState !== undefined) await checkWritable('--save-state', options.saveState);
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
      const isKept = await keep(env, options, report, state, (performance.now() - started) / 1000);
      if (options.json) printJson(report);
      else printReport(report);
      await written();
      process.exitCode = isKept || report.verdict === 'TAMPERED' ? exitCode(report.verdict) : COULD_NOT_RUN;
    });
}

/** Leaves the result where it was asked for. What fails of that is said: the verdict comes all the same. @returns whether all of it is there */
async function keep(
  env: Environment,
  options: Options,
  report: Report,
  state: VerifyState | undefined,
  seconds: number,
): Promise<boolean> {
  let isKept = true;
  const doing = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      isKept = false;
      complain(line`${paint.red('error:')} ${what}: ${messageOf(error)}; the verdict is below`);
    }
  };
  const { record, saveState: file, report: page } = options;
  if (record === true)
    await doing('the result was not left in the log', async () => {
      const { verdict, level, entries, findingCount, coverage } = report;
      const details = { verdict, level, entries, findings: findingCount, evidence: coverage.evidence, options: namesOf(options) }; // prettier-ignore
      await withPool(env, 'verify', (pool) => recordVerified(pool, env.schema, details));
      complain('recorded: audit.verified, an entry as soon as a sealer has sealed it');
    });
  if (file !== undefined && state === undefined) complain(`the state was not saved: the verdict is ${report.verdict}`);
  else if (file !== undefined && state !== undefined)
    await doing('the state was not saved', () => saveState(file, state));
  if (page !== undefined) {
    const ran = { version: packageVersion(), seconds, options: namesOf(options) };
    await doing('the report was not written', () => writeWhole(page, htmlReport(report, ran)));
  }
  return isKept;
}

function threads(value: string): number {
  if (!/^[1-9]\d?$/.test(value) || Number(value) > MOST_THREADS)
    throw new InvalidArgumentError(`it is a number from 1 to ${MOST_THREADS}`);
  return Number(value);
}

async function readPins(file: string): Promise<readonly Pin[]> {
  const pins = parsePins(
    file === '-' ? await text(process.stdin) : await readGiven('--pin', file, '"checkpoint" prints such lines'),
  );
  // An empty file would compare nothing and look like a comparison.
  if (pins.length === 0) throw new AuditError('AUDIT_PIN_INVALID', `${file} holds no line to compare with`);
  return pins;
}

async function readState(file: string): Promise<VerifyState> {
  return parseState(await readGiven('--since', file, '--save-state writes one; the first run has none'));
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
