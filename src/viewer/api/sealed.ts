import type { SealedEntry, SealedSection } from '../../query/sealed.js';
import type { SealedAnswer, SealedListAnswer } from '../answers.js';
import { json, type Answering } from '../asked.js';
import { whereOf } from '../conditions.js';
import { idOf, noEntry } from './entries.js';

/** What the seal of an entry is computed of, with its neighbours in the chain. */
export const sealed: Answering = async ({ reader, query, params }) => {
  const [found] = await reader.sealed([idOf(params)], whereOf(query));
  if (found === undefined) throw noEntry();
  const { before = 'none', next = 'none' } = found;
  const answer: SealedAnswer = { ...answerOf(found), before, next };
  return json(answer);
};

/** The same of up to 50, without neighbours. */
export const sealedList: Answering = async ({ reader, query }) => {
  const found = await reader.sealed(query.getAll('id'), whereOf(query, ['id']));
  const answer: SealedListAnswer = { sealed: Object.fromEntries(found.map((entry) => [entry.id, answerOf(entry)])) };
  return json(answer);
};

function answerOf({ leaf, hash, sections: { actor, data } }: SealedEntry): SealedListAnswer['sealed'][string] {
  return { leaf, hash, sections: { actor: sectionOf(actor), data: sectionOf(data) } };
}

function sectionOf(section: SealedSection): SealedAnswer['sections']['actor'] {
  if (typeof section === 'string') return section;
  return { salt: section.salt, bytes: Buffer.from(section.bytes).toString('base64') };
}
