import { commitment } from '../chain/commitment.js';
import type { Digest } from '../chain/hashing.js';
import { FrontierBuilder } from '../chain/merkle.js';
import { parseLeaf } from '../chain/parse-leaf.js';
import { isAuditError } from '../event/errors.js';
import { parseJsonObject } from '../event/json-object.js';
import type { CheckpointStore, StoredControl } from '../store/checkpoint.port.js';
import type { RegistryTree } from './registry-tree.js';
import { bytesOfLeaf } from './stored-leaf.js';

/**
 * Which of these lines the registry itself says were left behind. Whoever owns the database can write a row that says so, and take it away
 * again: one counts that is in the tree that is about to be signed, so that an auditor finds it there. Reads each hash of the registry
 * once, beside the declarations in their order.
 */
export async function declaredIn(
  store: Pick<CheckpointStore, 'hashes' | 'controls'>,
  registry: RegistryTree,
  origin: string,
  lines: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const declared = new Set<string>();
  let hashes: AsyncIterator<Digest> | undefined; // nothing is read where nothing was declared
  let prev: Digest | undefined;
  const tree = new FrontierBuilder();
  const next = async (): Promise<Digest | undefined> => {
    hashes ??= store.hashes(0, registry.size)[Symbol.asyncIterator]();
    const { done, value } = await hashes.next();
    if (done === true) return undefined;
    tree.append(value);
    return value;
  };
  for await (const control of store.controls('restore.declared', registry.size)) {
    while (tree.size < control.seq && (prev = await next()) !== undefined);
    if (tree.size !== control.seq) break; // a hole, or two of one number
    const hash = await next();
    if (hash !== undefined && isEntry(origin, control, hash, prev))
      for (const line of abandonedIn(control)) if (lines.has(line)) declared.add(line);
    prev = hash;
  }
  if (declared.size === 0) return declared;
  while ((await next()) !== undefined);
  return tree.size === registry.size && tree.root() === registry.root ? declared : new Set();
}

/** Whether this is what was hashed. */
function isEntry(origin: string, control: StoredControl, hash: Digest, prev: Digest | undefined): boolean {
  const { data, salt } = control;
  try {
    const { action, commit } = parseLeaf(bytesOfLeaf(origin, { ...control, id: '', hash, prev }));
    return action === 'restore.declared' && salt !== undefined && commit.data === commitment('data', salt, data);
  } catch (error) {
    if (isAuditError(error)) return false;
    throw error;
  }
}

function abandonedIn({ data }: StoredControl): readonly string[] {
  const { abandoned } = Object(parseJsonObject(data)?.['details']) as Record<string, unknown>; // it may have this
  return Array.isArray(abandoned) ? abandoned.filter((line) => typeof line === 'string') : [];
}
