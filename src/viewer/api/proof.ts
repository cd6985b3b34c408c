import { commitment } from '../../chain/commitment.js';
import { parseLeaf } from '../../chain/parse-leaf.js';
import { isAuditError } from '../../event/errors.js';
import type { SealedEntry } from '../../query/sealed.js';
import type { ProofAnswer } from '../answers.js';
import { json, type Answering } from '../asked.js';
import { whereOf } from '../conditions.js';
import { notFound } from '../refused.js';
import { idOf, noEntry } from './entries.js';

const SECTIONS = ['actor', 'data'] as const;

/**
 * What `prove` writes, for whoever sees the entry. A section is shown in it where he sees all of it, and it is the one that was committed to:
 * of one that was changed since the entry is proven all the same. The log says that it was taken before it leaves.
 */
export const proof: Answering = async ({ source, reader, query, params }) => {
  if (source.prove === undefined) throw notFound('this server makes no proofs: nothing here may read the whole log');
  const where = whereOf(query);
  const [found] = await reader.sealed([idOf(params)], where);
  if (found === undefined) throw noEntry();
  const seen = SECTIONS.filter((name) => typeof found.sections[name] === 'object');
  const changed = changedOf(found);
  const made = await source.prove(found.id, seen.filter((name) => !changed.includes(name))); // prettier-ignore
  await reader.leaving('proof', where, 1, found.id);
  const files = Object.fromEntries(made.map(({ path, bytes }) => [path, bytes.toString('base64')]));
  const notOpened = Object.fromEntries(changed.map((name) => [name, 'does not match' as const]));
  const answer: ProofAnswer = changed.length === 0 ? { files } : { files, notOpened };
  return json(answer);
};

/** Sections that are shown, and are not those that the entry committed to. */
function changedOf({ leaf, sections }: SealedEntry): readonly (typeof SECTIONS)[number][] {
  const commit = commitOf(leaf);
  // Then there is no proof, and `prove` says why.
  if (commit === undefined) return [];
  return SECTIONS.filter((name) => {
    const section = sections[name];
    return typeof section === 'object' && commitment(name, section.salt, section.bytes) !== commit[name];
  });
}

function commitOf(leaf: string) {
  try {
    return parseLeaf(Buffer.from(leaf)).commit;
  } catch (error) {
    if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw error;
    return undefined;
  }
}
