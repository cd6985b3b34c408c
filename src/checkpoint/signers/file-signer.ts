import { fileAnchor } from '../anchors/file.js';
import type { Signer } from '../port.js';
import { heldSigner } from './held-signer.js';
import { checkKeyPath, readKeyFile } from './key-file.js';

export interface FileSignerOptions {
  /** An Ed25519 key, PKCS #8 as PEM, that only its owner can read: what `keygen` writes. */
  readonly path: string;
  /** The key before this one, from a rotation until the registry says that it was rotated. */
  readonly previous?: string | undefined;
}

/**
 * Signs with a key in a file. It is read once, when it is first needed. Checkpoints go into `<path>.checkpoints` too, where no anchor is
 * named.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function fileSigner({ path, previous }: FileSignerOptions): Signer {
  const paths = [checkKeyPath(path, 'path of fileSigner')];
  if (previous !== undefined) paths.push(checkKeyPath(previous, 'previous of fileSigner'));
  return {
    ...heldSigner(paths.map((each) => () => readKeyFile(each))),
    anchorBeside: fileAnchor(`${path}.checkpoints`),
  };
}
