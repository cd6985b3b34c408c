import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { SectionName } from '../chain/index.js';
import { checkEvidence } from '../checkpoint/check-evidence.js';
import { publish } from '../checkpoint/publish.js';
import { ToldSizes } from '../checkpoint/told-sizes.js';
import { isAuditError } from '../event/errors.js';
import { withProofSource } from '../store/postgres/index.js';
import { alone } from './alone.js';
import { environment, requireLog, withPool } from './environment.js';
import { complain, line, print } from './terminal.js';

interface PublishCommandOptions {
  readonly chain: readonly string[];
  readonly sections?: 'actor' | 'data' | 'both';
  readonly watch?: true | number;
}

/** Another run would find the same. */
const FINAL = ['AUDIT_PUBLISHED_DIFFERS', 'AUDIT_LOG_INCONSISTENT', 'AUDIT_OPTIONS_INVALID'] as const;
const SECTIONS: Readonly<Record<string, readonly SectionName[]>> = {
  actor: ['actor'],
  data: ['data'],
  both: ['actor', 'data'],
};

export function publishCommand(): Command {
  return new Command('publish')
    .description(
      'write chains as directories of tlog-tiles, or go on with what is there. Exit code: 0 done, 1 refused: the directory and the log do not agree, or the log does not agree with itself; 2 could not run',
    )
    .argument('<dir>', 'where the directories are, by the origins of their chains')
    .option(
      '--chain <origin>',
      'only this chain; may be given more than once',
      (text, before: readonly string[]) => [...before, text],
      [],
    ) // prettier-ignore
    .addOption(
      new Option('--sections <sections>', 'hand over sections, in sections.ndjson of each directory').choices(
        Object.keys(SECTIONS),
      ),
    ) // prettier-ignore
    .option('--watch [seconds]', 'go on until SIGTERM or SIGINT, so often (default: 60)', seconds)
    .action(async (directory: string, options: PublishCommandOptions, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const stop = stopped();
      const signs = checkEvidence(env.evidence).signer;
      if (signs === undefined) complain(line`no signer is configured: chains are published without a checkpoint, which only the registry has`); // prettier-ignore
      const state = new ToldSizes();
      const sections = options.sections === undefined ? undefined : SECTIONS[options.sections];
      const release = await alone(directory);
      try {
        await withPool(env, 'publish', async (pool) => {
          const once = async (): Promise<void> => {
            await requireLog(pool, env.schema);
            await withProofSource(pool, env.schema, async (source) => {
              const chains = publish(source, { directory, origins: options.chain, signer: signs, sections, state, signal: stop }); // prettier-ignore
              for await (const { origin, size, added, checkpoint, areSectionsNew } of chains)
              if (added > 0 || areSectionsNew || options.watch === undefined)
                print(line`${origin}: ${size} entries, ${added} new, ${checkpoint === undefined ? 'no checkpoint' : line`checkpoint at ${checkpoint}`}${areSectionsNew ? `, sections written anew: ${sections?.join(' and ') ?? ''}` : ''}`); // prettier-ignore
            });
          };
          const everySeconds = options.watch === true ? 60 : options.watch;
          while (!stop.aborted) {
            try {
              await once();
            } catch (error) {
              if (stop.aborted) return;
              const isRefused = FINAL.slice(0, 2).some((code) => isAuditError(error, code));
              if (everySeconds === undefined || FINAL.some((code) => isAuditError(error, code))) {
                if (!isRefused) throw error;
                complain(line`refused: ${error instanceof Error ? error.message : ''}`);
                process.exitCode = 1;
                return;
              }
              complain(line`not published, tried again: ${error instanceof Error ? error.message : 'something that is no error was thrown'}`); // prettier-ignore
            }
            if (everySeconds === undefined) return;
            await sleep(everySeconds * 1_000, undefined, { signal: stop }).catch(() => undefined);
          }
        });
      } finally {
        await release();
      }
    });
}

function stopped(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

function seconds(value: string): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 1 || n > 86_400)
    throw new InvalidArgumentError('must be a whole number of seconds from 1 to 86400');
  return n;
}
