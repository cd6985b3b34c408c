import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { cloudEvents, ecs, ocsf } from '../../src/formats/index.js';
import type { JsonObject, JsonValue } from '../../src/event/types.js';
import { ENTRY, REFUSED, sealed } from './support.js';
import { schemaOf } from './valid.js';

const FILE = 'docs/formats.md';
const product = { name: 'shop', vendor: 'Example' };

/** The records of the page, in its order. */
const EXAMPLES: readonly (readonly [name: string, record: JsonObject])[] = [
  ['OCSF', ocsf({ product }).format({ entry: sealed(REFUSED).entry })],
  ['OCSF 1.9', ocsf({ version: '1.9.0', product, authority: 'example.com/shop/registry' }).format(sealed(ENTRY), { values: { fields: ['total'] } })], // prettier-ignore
  ['ECS', ecs({ service: 'shop' }).format({ entry: sealed(REFUSED).entry })],
  ['CloudEvents', cloudEvents({ typePrefix: 'com.example.audit' }).format({ entry: sealed(ENTRY).entry })],
];
const BLOCK = /```json\n(.*?)```/gs;

/** What fits into a line is on one. */
function laidOut(value: JsonValue, indent = ''): string {
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const parts = (most: string): readonly string[] =>
    Object.entries(value).map(([name, each]) => (isList ? '' : `${JSON.stringify(name)}: `) + laidOut(each, most));
  const line = parts(inner).join(', ');
  const [open, close] = isList ? ['[', ']'] : ['{ ', ' }'];
  if (indent !== '' && line.length < 110 && !line.includes('\n'))
    return line === '' ? `${open}${close}`.replaceAll(' ', '') : open + line + close;
  return `${open.trim()}\n${parts(inner)
    .map((part) => inner + part)
    .join(',\n')}\n${indent}${close.trim()}`;
}

// AUDIT_WRITE_FORMATS=1 writes them.
if (process.env['AUDIT_WRITE_FORMATS'] === '1') {
  let at = 0;
  const blocks = readFileSync(FILE, 'utf8').replace(
    BLOCK,
    () => `\`\`\`json\n${laidOut(EXAMPLES[at++]?.[1] ?? null)}\n\`\`\``,
  );
  writeFileSync(FILE, blocks);
}

const page = readFileSync(FILE, 'utf8');
const rows = [...page.matchAll(/^\| (.*) \|$/gm)].map(([, row = '']) => row.split(' | '));
const members = rows.slice(rows.findIndex(([ours]) => ours === 'ours') + 1).filter((cells) => cells.length === 4);
/** What stands in backticks. */
const named = (cell = ''): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

describe('the page of formats', () => {
  it('has the records that the code gives', () => {
    const blocks = [...page.matchAll(BLOCK)].map(([, json = '']) => json.trimEnd());
    expect(blocks).toEqual(EXAMPLES.map(([, record]) => laidOut(record)));
  });

  it('says of each member of an entry what becomes of it', () => {
    const ours = new Set(members.flatMap(([cell]) => named(cell).map((name) => name.split('.')[0])));
    const all = [...Object.keys(REFUSED), 'durationMs', 'change', 'unreadable', 'sealed'];
    expect(all.filter((name) => !ours.has(name))).toEqual([]);
    expect(members.length).toBeGreaterThan(25);
  });

  it('names fields that ECS has', () => {
    const { fields } = schemaOf<{ readonly fields: Readonly<Record<string, string>> }>('ecs');
    const names = members.flatMap(([, , cell]) => named(cell)).filter((name) => /^[@a-z_]+(\.[a-z_]+)*$/.test(name) && !name.startsWith('audit.') && name !== 'unknown'); // prettier-ignore
    expect(names.length).toBeGreaterThan(25);
    expect(names.filter((name) => fields[name] === undefined)).toEqual([]);
  });

  it('names members that records of OCSF have', () => {
    const { base, categories, classes, profiles, objects } = schemaOf<Readonly<Record<string, Readonly<Record<string, unknown>>>>>('ocsf'); // prettier-ignore
    const all = JSON.stringify([base, categories, classes, profiles]).replaceAll('!', '');
    const metadata = JSON.stringify(objects?.['metadata']).replaceAll('!', '');
    const names = members.flatMap(([, cell]) => named(cell)).filter((name) => /^[a-z_]+(\.[a-z_]+)*$/.test(name));
    expect(names.length).toBeGreaterThan(35);
    for (const name of names) {
      const [first, second] = name.split('.');
      expect(all).toContain(`"${first}":`);
      if (first === 'metadata') expect(metadata).toContain(`"${second}":`);
    }
  });
});
