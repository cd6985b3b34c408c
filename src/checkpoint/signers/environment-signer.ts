import { AuditError } from '../../event/errors.js';
import type { Signer } from '../port.js';
import { fileSigner } from './file-signer.js';
import { heldSigner, type KeySource } from './held-signer.js';
import { checkKeyPath, readKeyFile } from './key-file.js';
import { readPrivateKey } from './private-key.js';

const KEY = 'AUDIT_SIGNING_KEY';
const FILE = 'AUDIT_SIGNING_KEY_FILE';
const PREVIOUS = 'AUDIT_SIGNING_KEY_PREVIOUS_FILE';

/**
 * The signer that the environment names: AUDIT_SIGNING_KEY_FILE is the path of a key, AUDIT_SIGNING_KEY its PEM text (line feeds may be
 * written as `\n`), AUDIT_SIGNING_KEY_PREVIOUS_FILE the path of the key before, for a rotation. `undefined` if none is set.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` for a variable that is empty, and for two that contradict each other
 */
export function environmentSigner(env: Readonly<Record<string, string | undefined>> = process.env): Signer | undefined {
  for (const name of [KEY, FILE, PREVIOUS])
    if (env[name]?.trim() === '') throw invalid(`${name} is empty: give it ${MEANS[name]}, or unset it`);
  const [text, path, previous] = [env[KEY], env[FILE], env[PREVIOUS]];
  if (text !== undefined && path !== undefined) throw invalid(`${KEY} and ${FILE} are both set: unset one of them`);
  if (path !== undefined) {
    checkKeyPath(path, FILE);
    return fileSigner({ path, previous: previous === undefined ? undefined : checkKeyPath(previous, PREVIOUS) });
  }
  if (text === undefined) {
    if (previous !== undefined) throw invalid(`${PREVIOUS} is set, and no key that came after it: set ${FILE} too`);
    return undefined;
  }
  if (!text.includes('-----BEGIN')) throw invalid(`${KEY} holds no PEM text: if it is a path, set ${FILE} to it`);
  const sources: KeySource[] = [async () => readPrivateKey(text.replaceAll(String.raw`\n`, '\n'), `the key of ${KEY}`)];
  if (previous !== undefined) {
    const before = checkKeyPath(previous, PREVIOUS);
    sources.push(() => readKeyFile(before));
  }
  return heldSigner(sources);
}

const MEANS: Readonly<Record<string, string>> = {
  [KEY]: 'the PEM text of a key',
  [FILE]: 'the path of a key',
  [PREVIOUS]: 'the path of the key before',
};

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
