import { AuditError } from '../../event/errors.js';
import type { Remark } from './schema-blocks.js';

export type FieldWord =
  { readonly word: 'redact' | 'ignore' | 'tenant' | 'subject' } | { readonly word: 'mask'; readonly shown: number };

const FIELD_WORDS = ['redact', 'mask(n)', 'ignore', 'tenant', 'subject'] as const;
const MODEL_WORDS = ['ignore', 'reads'] as const;
const VIEW_WORDS = ['reads'] as const;
export type ModelWord = (typeof MODEL_WORDS)[number];
/** Limit of the configuration too. */
const MOST_SHOWN = 1000;

/** `@audit` as a word of its own, however it is written: a slip must be an error, or a secret would be logged. */
const MENTION = /(?<![\p{L}\p{N}_.@-])@audit(?![\p{L}\p{N}_-])/iu;

/** What the comments of a field say of its audit, each with its place. @throws AuditError `AUDIT_CONFIG_INVALID` */
export function fieldWords(remarks: readonly Remark[]): readonly (FieldWord & { readonly remark: Remark })[] {
  return mentions(remarks).map((remark) => {
    const said = saidOf(remark, 'a field', FIELD_WORDS);
    const shown = /^mask\((\d{1,4})\)$/.exec(said)?.[1];
    if (shown !== undefined && Number(shown) <= MOST_SHOWN) return { word: 'mask', shown: Number(shown), remark };
    if (said === 'redact' || said === 'ignore' || said === 'tenant' || said === 'subject')
      return { word: said, remark };
    throw unknownWord(remark, said, 'a field', FIELD_WORDS);
  });
}

/** What the comments of a model or a view say of its audit. @throws AuditError `AUDIT_CONFIG_INVALID` */
export function modelWords(remarks: readonly Remark[], kind: 'model' | 'view'): ReadonlySet<ModelWord> {
  const [place, words] = kind === 'view' ? (['a view', VIEW_WORDS] as const) : (['a model', MODEL_WORDS] as const);
  return new Set(
    mentions(remarks).map((remark) => {
      const said = saidOf(remark, place, words);
      const word = words.find((each) => each === said);
      if (word === undefined) throw unknownWord(remark, said, place, words);
      return word;
    }),
  );
}

/** Where nothing can be said of the audit. @throws AuditError `AUDIT_CONFIG_INVALID` */
export function refuseMentions(remarks: readonly Remark[], place: string): void {
  const [remark] = mentions(remarks);
  if (remark !== undefined)
    throw misplaced(
      remark,
      `"@audit" stands ${place}: it belongs on the line before a model or a field, or behind a field`,
    );
}

export function misplaced({ file, line }: Pick<Remark, 'file' | 'line'>, message: string): AuditError {
  return new AuditError('AUDIT_CONFIG_INVALID', `${file}:${line}: ${message}`, { file, line });
}

function mentions(remarks: readonly Remark[]): readonly Remark[] {
  return remarks.filter(({ text }) => MENTION.test(text));
}

function saidOf(remark: Remark, place: string, words: readonly string[]): string {
  if (!remark.doc) throw misplaced(remark, `a comment that means something has three slashes: /// ${remark.text}`);
  const said = /^@audit\s+(.*)$/u.exec(remark.text)?.[1]?.trim();
  if (said !== undefined && !MENTION.test(said)) return said;
  throw misplaced(
    remark,
    `"${remark.text}" is not understood: "@audit" begins its line, and one word of ${place} follows: ${words.join(', ')}`,
  );
}

function unknownWord(remark: Remark, said: string, place: string, words: readonly string[]): AuditError {
  const name = said.split(/[^\p{L}]/u, 1)[0]?.toLowerCase() ?? '';
  const near =
    name === ''
      ? undefined
      : words.map((word) => ({ word, far: distance(name, word.split('(')[0] ?? '') })).sort((a, b) => a.far - b.far)[0];
  const hint = near !== undefined && near.far <= 2 ? ` Did you mean "@audit ${near.word}"?` : '';
  const limit = near?.word === 'mask(n)' && near.far === 0 ? `, n from 0 to ${MOST_SHOWN}` : '';
  return misplaced(
    remark,
    `"@audit ${said}" is not understood. After "@audit" of ${place} there is one word and nothing else: ${words.join(', ')}${limit}.${hint}`,
  );
}

/** How many letters have to be changed, added or taken away (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + (a[i] === b[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
