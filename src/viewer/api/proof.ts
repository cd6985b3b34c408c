import type { ProofAnswer } from '../answers.js';
import { json, type Answering } from '../asked.js';
import { whereOf } from '../conditions.js';
import { notFound } from '../refused.js';
import { noEntry } from './entries.js';

const SECTIONS = ['actor', 'data'] as const;

/**
 * What `prove` writes, for whoever sees the entry. A section is shown in it where he sees all of it. The log says that it was taken before
 * it leaves.
 */
export const proof: Answering = async ({ source, reader, query, params: { id = '' } }) => {
  if (source.prove === undefined) throw notFound('this server makes no proofs: nothing here may read the whole log');
  const where = whereOf(query);
  const [found] = await reader.sealed([id], where);
  if (found === undefined) throw noEntry();
  const open = SECTIONS.filter((name) => typeof found.sections[name] === 'object');
  const made = await source.prove(found.id, open);
  await reader.leaving('proof', where, 1, found.id);
  const files = Object.fromEntries(made.map(({ path, bytes }) => [path, bytes.toString('base64')]));
  const answer: ProofAnswer = { files };
  return json(answer);
};
