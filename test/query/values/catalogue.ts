import type { Catalogue, CatalogueField } from '../../../src/event/catalogue.js';

type Line = [name: string, type: string, native?: string | undefined, column?: string];

const ALONE: Line[] = [
  ['id', 'Int'],
  ['text', 'String', undefined, 'the text'],
  ['varchar', 'String', 'VarChar 50'],
  ['char', 'String', 'Char 6'],
  ['uuid', 'String', 'Uuid'],
  ['xml', 'String', 'Xml'],
  ['inet', 'String', 'Inet'],
  ['bit', 'String', 'Bit 5'],
  ['varbit', 'String', 'VarBit 9'],
  ['bool', 'Boolean'],
  ['int', 'Int', undefined, 'int_column'],
  ['small', 'Int', 'SmallInt'],
  ['oid', 'Int', 'Oid'],
  ['big', 'BigInt'],
  ['real', 'Float', 'Real'],
  ['double', 'Float'],
  ['decimal', 'Decimal', 'Decimal 65 30'],
  ['exact', 'Decimal', 'Decimal 38 10'],
  ['money', 'Decimal', 'Money'],
  ['at', 'DateTime', undefined, 'happened_at'],
  ['at6', 'DateTime', 'Timestamp 6'],
  ['zoned', 'DateTime', 'Timestamptz 6'],
  ['date', 'DateTime', 'Date'],
  ['time', 'DateTime', 'Time 6'],
  ['timetz', 'DateTime', 'Timetz 6'],
  ['bytes', 'Bytes'],
  ['jsonb', 'Json'],
  ['json', 'Json', 'Json', 'json_text'],
  ['mood', 'Mood'],
  ['phone', 'String'],
  ['pet', 'String'],
  ['password', 'String'],
];

const LISTS: Line[] = [
  ['texts', 'String'],
  ['uuids', 'String', 'Uuid'],
  ['bools', 'Boolean'],
  ['ints', 'Int'],
  ['bigs', 'BigInt', undefined, 'big_ones'],
  ['doubles', 'Float'],
  ['decimals', 'Decimal', 'Decimal 38 10'],
  ['ats', 'DateTime'],
  ['dates', 'DateTime', 'Date'],
  ['blobs', 'Bytes'],
  ['jsons', 'Json'],
  ['moods', 'Mood'],
];

function fields(lines: readonly Line[], list: boolean): Record<string, CatalogueField> {
  return Object.fromEntries(
    lines.map(([name, type, native, column = name]) => [
      name,
      {
        column,
        type,
        kind: type === 'Mood' ? 'enum' : 'scalar',
        ...(list ? { list } : { optional: true }),
        ...(native === undefined ? {} : { native: native.split(' ') }),
      },
    ]),
  );
}

/** What the generator makes of values.prisma. */
export const CATALOGUE: Catalogue = {
  version: 1,
  checksum: '',
  models: {
    Thing: {
      table: 'things',
      id: ['id'],
      uniques: [],
      fields: { ...fields(ALONE, false), ...fields(LISTS, true) },
      relations: {},
    },
  },
  enums: { Mood: { HAPPY: 'HAPPY', SO_SO: 'so-so', SAD: 'HAPPY!' } },
};
