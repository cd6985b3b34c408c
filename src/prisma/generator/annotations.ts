import type { CatalogueAnnotations, CatalogueField } from '../../event/catalogue.js';
import { fieldWords, misplaced, modelWords, refuseMentions, type FieldWord } from './annotation-words.js';
import type { ParsedSchema, Remark, SchemaBlock, SchemaField } from './schema-blocks.js';

type Said = FieldWord & { readonly remark: Remark };

/**
 * What the `/// @audit …` comments of a model and its fields say.
 * @param fields the model's columns, by their names in the client
 * @throws AuditError `AUDIT_CONFIG_INVALID`, with file and line, when it is not understood or contradicts itself
 */
export function annotationsOf(
  block: SchemaBlock,
  fields: Readonly<Record<string, CatalogueField>>,
): CatalogueAnnotations | undefined {
  if (block.kind === 'view') {
    const all = block.fields.flatMap(({ remarks }) => remarks);
    refuseMentions(all, 'at a field of a view, which is never written to');
  }
  const words = modelWords(block.remarks, block.kind === 'view' ? 'view' : 'model');
  const redact: string[] = [];
  const mask: Record<string, number> = {};
  const ignore: string[] = [];
  const single: { tenant?: string; subject?: string } = {};
  for (const field of block.fields) {
    for (const said of wordsOf(field, fields[field.name])) {
      if (said.word === 'redact') redact.push(field.name);
      else if (said.word === 'ignore') ignore.push(field.name);
      else if (said.word === 'mask') mask[field.name] = said.shown;
      else if (single[said.word] === undefined) single[said.word] = field.name;
      else
        throw misplaced(
          said.remark,
          `model ${block.name} has two fields with "@audit ${said.word}", ${single[said.word]} and ${field.name}: it can have one`,
        );
    }
  }
  const annotations: CatalogueAnnotations = {
    ...(words.has('ignore') ? { ignored: true } : {}),
    ...(words.has('reads') ? { reads: true } : {}),
    ...(redact.length > 0 ? { redact } : {}),
    ...(Object.keys(mask).length > 0 ? { mask } : {}),
    ...(ignore.length > 0 ? { ignore } : {}),
    ...single,
  };
  return Object.keys(annotations).length > 0 ? annotations : undefined;
}

/** Annotations where there is nothing that they could be said of. @throws AuditError `AUDIT_CONFIG_INVALID` */
export function refuseStrays({ blocks, loose }: ParsedSchema): void {
  refuseMentions(loose, 'where it belongs to no model and no field');
  for (const block of blocks.filter(({ kind }) => kind !== 'model' && kind !== 'view')) {
    const all = [block.remarks, ...block.fields.map(({ remarks }) => remarks)].flat();
    refuseMentions(all, `at the ${block.kind} ${block.name}`);
  }
}

const HIDES: readonly FieldWord['word'][] = ['redact', 'mask', 'ignore'];

function wordsOf({ name, remarks }: SchemaField, column: CatalogueField | undefined): readonly Said[] {
  const words = fieldWords(remarks);
  for (const [i, { word, remark }] of words.entries()) {
    if (column === undefined)
      throw misplaced(remark, `${name} is a relation, and has no column: write "@audit ${word}" at the key's field`);
    const other = words.slice(0, i).find((before) => before.word === word || HIDES.includes(word) || HIDES.includes(before.word)); // prettier-ignore
    if (other !== undefined)
      throw misplaced(
        remark,
        other.word === word
          ? `${name} has "@audit ${word}" twice`
          : `${name} has both "@audit ${other.word}" (line ${other.remark.line}) and "@audit ${word}": ${reason(other.word, word)}`,
      );
    if (word === 'mask' && (column.type !== 'String' || column.list === true))
      throw misplaced(
        remark,
        `${name} is of the type ${typeOf(column)}, and "@audit mask(n)" is for String: write "@audit redact"`,
      );
    if ((word === 'tenant' || word === 'subject') && (column.list === true || NO_NAMES.includes(column.type)))
      throw misplaced(remark, `${name} is of the type ${typeOf(column)}, which names no ${word}`);
  }
  return words;
}

const NO_NAMES = ['Json', 'Bytes', 'Unsupported'];

const typeOf = ({ type, list }: CatalogueField): string => `${type}${list === true ? '[]' : ''}`;

function reason(one: FieldWord['word'], other: FieldWord['word']): string {
  return HIDES.includes(one) && HIDES.includes(other)
    ? 'a value can be hidden in one way alone'
    : 'what names the tenant or the subject stands in the log, and cannot be hidden';
}
