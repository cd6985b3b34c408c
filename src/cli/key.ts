import { resolve } from 'node:path';
import { Command } from 'commander';
import { readKeyFile } from '../checkpoint/signers/key-file.js';
import { vkeyAt } from './keygen.js';
import { writeNewKey } from './new-key.js';
import { originOption, registryOrigin } from './registry-origin.js';
import { commanderOutput, joined, line, paint, print } from './terminal.js';

export function keyCommand(): Command {
  return new Command('key')
    .description('the key that signs checkpoints')
    .addCommand(rotateCommand().exitOverride().configureOutput(commanderOutput));
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('make the key that comes after this one, and say how the log is told; keygen makes the first')
    .requiredOption('--key <file>', 'the key that signs now')
    .requiredOption('--out <file>', 'where to write the new one; never overwritten')
    .addOption(originOption())
    .action(async ({ key, out, origin }: { key: string; out: string; origin?: string }, command: Command) => {
      await readKeyFile(key); // first: a key that cannot sign cannot hand over
      const registry = await registryOrigin(origin, command);
      await writeNewKey(out);
      print(line`The new key is in ${resolve(out)}, which you alone can read.`);
      print(joined(['', line`  until now  ${await vkeyAt(key, registry)}`], '\n'));
      print(joined([line`  from now   ${paint.bold(await vkeyAt(out, registry))}`, ''], '\n'));
      print(
        joined(
          [
            '1. Bring both files to every machine where a sealer may run, mode 0600, and set there:',
            line`     AUDIT_SIGNING_KEY_FILE=${resolve(out)}`,
            line`     AUDIT_SIGNING_KEY_PREVIOUS_FILE=${resolve(key)}`,
            '2. Start all of them again. The one that leads writes an entry key.rotated into the registry, and signs the',
            '   checkpoint that covers it with both keys: so the old one vouches for the new one.',
            '3. When that checkpoint is there, unset AUDIT_SIGNING_KEY_PREVIOUS_FILE, start again, and destroy the old key.',
            '4. Give the second line to whoever audits. The first stays valid for what it signed.',
          ],
          '\n',
        ),
      );
    });
}
