import { resolve } from 'node:path';
import { Command } from 'commander';
import { formatVkey } from '../chain/vkey.js';
import { fileSigner } from '../checkpoint/signers/file-signer.js';
import { writeNewKey } from './new-key.js';
import { originOption, registryOrigin } from './registry-origin.js';
import { joined, line, paint, print, type Printable } from './terminal.js';

export function keygenCommand(): Command {
  return new Command('keygen')
    .description('make the key that signs checkpoints of the log, and say what to do with it')
    .option('--out <file>', 'where to write it; never overwritten', 'audit-signing-key.pem')
    .addOption(originOption())
    .action(async ({ out, origin }: { out: string; origin?: string }, command: Command) => {
      const registry = await registryOrigin(origin, command); // first: without an answer nothing is written
      await writeNewKey(out);
      print(line`The key is in ${resolve(out)}, which you alone can read. Under the name of this log it is known as`);
      print(joined(['', line`  ${paint.bold(await vkeyAt(out, registry))}`, ''], '\n'));
      print(joined(WHAT_TO_DO(out), '\n'));
    });
}

/** The vkey of a key file, one line of text. */
export async function vkeyAt(path: string, registry: string): Promise<string> {
  const vkeys = await fileSigner({ path }).vkeys(registry);
  return vkeys.map(formatVkey).join('');
}

const WHAT_TO_DO = (out: string): Printable[] => [
  line`1. Bring the file ${out} to every machine where a sealer may run, and nowhere else; mode 0600, of the user who runs it.`,
  '   Set there, for the application that seals or for the command seal: AUDIT_SIGNING_KEY_FILE=/path/to/the/file',
  '   (or AUDIT_SIGNING_KEY=its text, from a store of secrets), and start it again.',
  '2. Give the line above, the vkey, to whoever audits. It is no secret; it must not come from the database.',
  '3. Never both to one person: whoever has the key and the database can write another history.',
  '4. Keep a copy of the file where neither the database nor its administrators are. If it is lost, nothing that is signed',
  '   is lost; but a new key that the old one does not vouch for is for the auditor to believe.',
];
