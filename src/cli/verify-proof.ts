import { Command } from 'commander';
import type { Vkey } from '../chain/index.js';
import { checkProof } from '../chain/check-proof.js';
import { readProofFolder } from '../checkpoint/proof-directory.js';
import { AuditError, isAuditError } from '../event/errors.js';
import { vkey } from './prove.js';
import { complain, line, paint, print, written } from './terminal.js';

/** Reasons for which nothing is proven, and nothing disproven. */
const INCOMPLETE: readonly unknown[] = ['missing', 'unsigned', 'later'];

export function verifyProofCommand(): Command {
  return new Command('verify-proof')
    .description(
      'check a folder that prove wrote; needs no database. Exit code: 0 verified, 1 altered, 2 could not run, 3 incomplete: a file is missing, no key that you gave signed it, or a later version wrote it',
    )
    .argument('<dir>', 'the folder')
    .option(
      '--vkey <vkey>',
      'key of the registry, from somewhere else than the folder; may be given more than once',
      vkey,
      [],
    ) // prettier-ignore
    .action(async (directory: string, options: { vkey: readonly Vkey[] }) => {
      if (options.vkey.length === 0)
        throw new AuditError('AUDIT_OPTIONS_INVALID', 'no key: pass --vkey with the key of the registry, which you have from somewhere else than the folder'); // prettier-ignore
      try {
        const { entry, sections, checkpoint } = checkProof(await readProofFolder(directory), options.vkey);
        print(line`${paint.green('VERIFIED')} ${entry.origin} ${entry.seq}: ${entry.action}, ${entry.outcome}, id ${entry.id}, occurred ${entry.occurredAt}, sealed ${entry.sealedAt}`); // prettier-ignore
        for (const [name, section] of Object.entries(sections))
          print(line`section ${name}: ${typeof section === 'string' ? section : `${section.length} bytes, as they were committed to`}`); // prettier-ignore
        print(line`signed by ${checkpoint.origin} at ${checkpoint.size} entries`);
        await written();
      } catch (error) {
        if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw error;
        const isIncomplete = INCOMPLETE.includes(error.facts['reason']);
        complain(line`${isIncomplete ? paint.yellow('INCOMPLETE') : paint.red('TAMPERED')} ${error.message}`);
        process.exitCode = isIncomplete ? 3 : 1;
      }
    });
}
