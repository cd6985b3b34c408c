import { hash } from 'node:crypto';
import type { Checkpoint } from '../chain/checkpoint.js';
import { REGISTRY } from '../chain/registry.js';
import { bytesOfLeaf } from '../checkpoint/stored-leaf.js';
import { prove } from '../checkpoint/prove.js';
import { AuditError } from '../event/errors.js';
import type { PublishedFile } from '../chain/publish.js';
import type { ProofSource } from '../store/proof.port.js';
import { firstSealedFrom } from './range.js';

export const SEED_FOLDER = 'seed';
/** The entry of the registry before the one that is proven: it was sealed within the period. */
export const BEFORE_FILE = 'before.leaf';

/** SHA-256 of root, line feed and word, as text: who has a checkpoint can make it with `printf` and `sha256sum`. */
export function seedOf(root: string, word: string | undefined): string {
  return hash('sha256', `${root}\n${word ?? ''}`);
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function checkWord(word: string | undefined): void {
  if (word !== undefined && (word === '' || word.length > 200 || !word.isWellFormed() || /\p{Cc}/u.test(word)))
    throw new AuditError('AUDIT_OPTIONS_INVALID', 'the word must be 1 to 200 characters on one line');
}

/**
 * What decides a sample: the checkpoint that covers the first entry of the registry after the period, which nobody knew while it lasted.
 * @param end of the period, milliseconds
 * @throws AuditError `AUDIT_NOT_COVERED` where there is none yet
 */
export async function checkpointAfter(
  log: ProofSource,
  end: number,
): Promise<{ readonly checkpoint: Checkpoint; readonly files: readonly PublishedFile[] }> {
  const registry = await log.chain(REGISTRY.chain);
  const at = registry === undefined ? 0 : await firstSealedFrom(log, registry, end);
  if (registry === undefined || at >= registry.size)
    throw new AuditError('AUDIT_NOT_COVERED', 'a sample is drawn by the first signed checkpoint after the period, and there is none yet: it takes a signer, and the end of the period'); // prettier-ignore
  const leaves = [];
  for await (const page of log.leaves(REGISTRY.chain, Math.max(at - 1, 0), at + 1)) leaves.push(...page);
  const proof = await prove(log, leaves.at(-1)?.id ?? '');
  const before = at === 0 ? undefined : leaves[0];
  const files = [
    ...proof.files.filter(({ path }) => path !== 'README.md'),
    ...(before === undefined ? [] : [{ path: BEFORE_FILE, bytes: bytesOfLeaf(registry.origin, before) }]),
  ];
  return { checkpoint: proof.proves.checkpoint, files };
}
