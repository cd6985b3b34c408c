import { Command, InvalidArgumentError, Option } from 'commander';
import { parseVkey, type SectionName, type Vkey } from '../chain/index.js';
import { prove } from '../checkpoint/prove.js';
import { writeNewFolder } from '../checkpoint/proof-directory.js';
import { isAuditError } from '../event/errors.js';
import { recordProof, withProofSource } from '../store/postgres/index.js';
import { environment, requireLog, withPool } from './environment.js';
import { complain, joined, line, print } from './terminal.js';

const OPEN: Readonly<Record<string, readonly SectionName[]>> = {
  none: [],
  actor: ['actor'],
  data: ['data'],
  both: ['actor', 'data'],
};

export function proveCommand(): Command {
  return new Command('prove')
    .description(
      'write a folder that proves one entry to somebody who has nothing but the key of the registry. Exit code: 0 written, 2 could not run, 3 no signed checkpoint covers the entry yet',
    )
    .argument('<entry-id>', 'id of the entry, as query prints it')
    .addOption(
      new Option('--open <sections>', 'sections that the folder shows').choices(Object.keys(OPEN)).default('none'),
    )
    .option('--out <dir>', 'the new directory (default: audit-proof-<id>)')
    .option('--vkey <vkey>', 'check the signature before anything is written; may be given more than once', vkey, [])
    .action(async (id: string, options: { open: string; out?: string; vkey: readonly Vkey[] }, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      try {
        const made = await withPool(env, 'prove', async (pool) => {
          await requireLog(pool, env.schema);
          const vkeys = options.vkey.length > 0 ? options.vkey : undefined;
          const proof = await withProofSource(pool, env.schema, (source) =>
            prove(source, id, { open: OPEN[options.open] ?? [], vkeys }),
          );
          const { entry } = proof.proves;
          if (!(await recordProof(pool, env.schema, entry.origin, { id: entry.id, opened: proof.opened })))
            complain('this database cannot be written, so the log does not say that this proof was made');
          return proof;
        });
        const { entry, checkpoint } = made.proves;
        const out = options.out ?? `audit-proof-${entry.id}`;
        await writeNewFolder(out, made.files);
        print(line`${entry.origin} ${entry.seq}, id ${entry.id}: proven to the checkpoint of ${checkpoint.origin} at ${checkpoint.size} entries`); // prettier-ignore
        print(line`sections shown: ${made.opened.length === 0 ? 'none' : joined(made.opened, ', ')}`);
        for (const { section, why } of made.notOpened)
          complain(why === 'erased' ? line`the section ${section} was erased: nobody can open it` : line`the entry never had a section ${section}`); // prettier-ignore
        print(line`written: ${out}; its README.md says how to check it`);
      } catch (error) {
        if (!isAuditError(error, 'AUDIT_NOT_COVERED')) throw error;
        complain(line`not covered: ${error.message}`);
        process.exitCode = 3;
      }
    });
}

/** An option that may be given more than once. */
export function vkey(text: string, before: readonly Vkey[]): readonly Vkey[] {
  try {
    return [...before, parseVkey(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : 'it is none');
  }
}
