import { describe, expect, it } from '@jest/globals';
import { checkProof, PROOF_FILES } from '../../src/chain/check-proof.js';
import { parseVkey } from '../../src/chain/vkey.js';
import { isAuditError } from '../../src/event/errors.js';
import { parseExactJson } from '../../src/event/exact-json.js';
import type { SealedAnswer, ShownEntry } from '../../src/viewer/answers.js';
import type { Step, StepName } from '../../src/viewer/page/check/steps.js';
import { full } from '../support/full.js';
import { vectors } from '../golden/vectors.js';
import type * as Code from './support/check-code.js';
import { inPage } from './support/in-page.js';
import { SECTIONS, sealedEntry } from './support/sealed-entry.js';

// As the page runs it, where nothing of Node is.
const { checkSeal, checkFolder, isSameValue, verdictOf } = inPage('check-code.ts') as typeof Code;

const said = (steps: readonly Step[]): Record<string, string> =>
  Object.fromEntries(steps.map(({ name, is, why }) => [name, why === undefined ? is : `${is}: ${why}`]));
const named = (steps: readonly Step[]): StepName[] => steps.filter(({ is }) => is === 'differs').map(({ name }) => name); // prettier-ignore

const whole = sealedEntry();
type Sections = SealedAnswer['sections'];
const withSections = (sections: Partial<Sections>): SealedAnswer => ({ ...whole.sealed, sections: { ...whole.sealed.sections, ...sections } }); // prettier-ignore
/** Every place of a text, with another character there: one bit of its byte is the other way round. */
function* flips(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += full ? 1 : 3) {
    const code = text.charCodeAt(at);
    yield text.slice(0, at) + String.fromCharCode(code ^ 1) + text.slice(at + 1);
  }
}

describe('a seal', () => {
  it('of an entry that is as it was sealed matches, with all that was computed for it', () => {
    const steps = checkSeal(whole.entry, whole.sealed);
    expect(said(steps)).toEqual({ leaf: 'ok', actor: 'ok', data: 'ok', shown: 'ok', before: 'ok: linked', next: 'ok: linked' }); // prettier-ignore
    expect(verdictOf(steps)).toBe('ok');
    expect(steps[0]?.behind).toContainEqual({ name: 'computed', value: whole.sealed.hash });
  });

  it.each<[string, Parameters<typeof sealedEntry>[0], Record<string, string>]>([
    ['without sections', {}, { actor: 'ok: never', data: 'ok: never', shown: 'ok' }],
    ['with an actor alone', { actor: SECTIONS.actor }, { actor: 'ok', data: 'ok: never', shown: 'ok' }],
    ['with sections that are no JSON', { actor: '{"id":', data: '[]' }, { actor: 'ok', data: 'ok', shown: 'ok' }],
    ['with what JavaScript cannot hold', { data: '{"new":{"n":12345678901234567890.10,"x":-0,"__proto__":1,"t":"\\ud800"}}' }, { data: 'ok', shown: 'ok' }],
  ])('of an entry %s matches', (_name, sections, expected) => {
    const { entry, sealed } = sealedEntry(sections);
    const steps = checkSeal(entry, sealed);
    expect(said(steps)).toMatchObject(expected);
    expect(verdictOf(steps)).toBe('ok');
  }); // prettier-ignore

  it.each<[string, Partial<ShownEntry>, SealedAnswer, string, Record<string, string>]>([
    ['a section that is not opened', {}, withSections({ data: 'not opened' }), 'not opened', { data: 'not opened', shown: 'ok: clear' }],
    ['a field that is hidden', { old: {}, changes: [] }, withSections({ data: 'not opened' }), 'not opened', { shown: 'ok: clear' }],
    ['a section that is too large', {}, withSections({ data: 'too large' }), 'unchecked', { data: 'unchecked: large', shown: 'ok: clear' }],
    ['an erased section, whose values are shown all the same', {}, withSections({ data: 'erased' }), 'differs', { data: 'unchecked: erased', shown: 'differs' }],
    ['a section that is said never to have been', {}, withSections({ actor: 'never was' }), 'differs', { actor: 'differs: committed' }],
    ['a section of an entry that has none', sealedEntry({}).entry, { ...sealedEntry({}).sealed, sections: whole.sealed.sections }, 'differs', { actor: 'differs: never', data: 'differs: never' }],
    ['neighbours whose actions are hidden', {}, { ...whole.sealed, before: 'not opened', next: 'not opened' }, 'ok', { before: 'not opened', next: 'not opened' }],
    ['the newest entry', {}, { ...whole.sealed, next: 'none' }, 'ok', { next: 'unchecked: newest' }],
    ['a hole before it', {}, { ...whole.sealed, before: 'none' }, 'differs', { before: 'differs: gone' }],
    ['the seal of another entry', {}, { ...whole.sealed, ...whole.sealed.next }, 'differs', { leaf: 'differs: other' }],
    ['a leaf of a later version', {}, { ...whole.sealed, leaf: whole.sealed.leaf.replace('v1', 'v2'), hash: '' }, 'differs', { leaf: 'differs: hash' }],
    ['values that an erased section leaves none of', JSON.parse(JSON.stringify(sealedEntry({ actor: SECTIONS.actor }).entry)) as ShownEntry, withSections({ data: 'erased' }), 'differs', {}],
  ])('with %s says so', (_name, shown, sealed, verdict, expected) => {
    const steps = checkSeal({ ...whole.entry, ...shown }, sealed);
    expect(said(steps)).toMatchObject(expected);
    expect(verdictOf(steps)).toBe(verdict);
  }); // prettier-ignore

  it('with an erased section matches as far as anybody can say, where nothing of it is shown', () => {
    const { old: _old, new: _new, changes: _changes, change: _change, resource: _resource, ...rest } = whole.entry;
    const entry = { ...rest, resource: { type: 'Invoice' }, changes: [] };
    const steps = checkSeal(entry, withSections({ data: 'erased' }));
    expect(said(steps)).toMatchObject({ data: 'unchecked: erased', shown: 'ok' });
    expect(verdictOf(steps)).toBe('unchecked');
  });

  it('does not match when one byte of the leaf, the hash, a section, a salt or a neighbour is another', () => {
    const { entry, sealed } = whole;
    for (const leaf of flips(sealed.leaf)) expect(named(checkSeal(entry, { ...sealed, leaf }))).toContain('leaf');
    for (const hash of flips(sealed.hash)) expect(named(checkSeal(entry, { ...sealed, hash }))).toContain('leaf');
    for (const name of ['actor', 'data'] as const) {
      const { salt, bytes } = sealed.sections[name] as { salt: string; bytes: string };
      for (const other of flips(salt)) expect(named(checkSeal(entry, withSections({ [name]: { salt: other, bytes } })))).toContain(name); // prettier-ignore
      const raw = Buffer.from(bytes, 'base64');
      for (let at = 0; at < raw.length; at += 1) {
        const other = Buffer.from(raw);
        other[at] = (other[at] ?? 0) ^ 1;
        expect(named(checkSeal(entry, withSections({ [name]: { salt, bytes: other.toString('base64') } })))).toContain(name); // prettier-ignore
      }
    }
    for (const side of ['before', 'next'] as const) {
      for (const leaf of flips(sealed[side].leaf)) expect(named(checkSeal(entry, { ...sealed, [side]: { ...sealed[side], leaf } }))).toEqual([side]); // prettier-ignore
      for (const hash of flips(sealed[side].hash)) expect(named(checkSeal(entry, { ...sealed, [side]: { ...sealed[side], hash } }))).toEqual([side]); // prettier-ignore
    }
  });

  it('does not match when leaf and hash were made anew together, and the next entry was not', () => {
    const forged = sealedEntry({ ...SECTIONS, data: SECTIONS.data.replace('APPROVED', 'REJECTED') });
    expect(named(checkSeal(forged.entry, { ...forged.sealed, next: whole.sealed.next }))).toEqual(['next']);
  });

  it('names the member that shows something else than the bytes say, be it added, left out or altered', () => {
    const shown = whole.entry as unknown as Record<string, unknown>;
    for (const [name, value] of Object.entries(shown)) {
      if (name === 'tenant') continue; // no entry says it
      for (const other of [undefined, 'other', typeof value === 'object' ? { ...value, more: 1 } : 0]) {
        const { [name]: _left, ...rest } = shown;
        const entry = (other === undefined ? rest : { ...rest, [name]: other }) as unknown as ShownEntry;
        const steps = checkSeal(entry, whole.sealed);
        expect([name, verdictOf(steps)]).toEqual([name, 'differs']);
        const step = steps.find((each) => each.name === (name === 'id' ? 'leaf' : 'shown'));
        if (name !== 'id') expect(step?.what?.some((each) => each.split('.')[0] === name)).toBe(true);
      }
    }
    for (const [name, value] of Object.entries({ details: { a: 1 }, reason: 'because', error: { name: 'E' }, durationMs: 1, unreadable: [], extra: 1 })) // prettier-ignore
      expect(checkSeal({ ...whole.entry, [name]: value }, whole.sealed)[3]).toMatchObject({ is: 'differs', what: [name] }); // prettier-ignore
  });

  it('takes values in the client’s types for the sealed ones only where they are', () => {
    const [status, total] = [{ field: 'status', old: 'DRAFT', new: 'APPROVED' }, { field: 'total', old: '10', new: '10.50' }];
    const rest = whole.entry.changes.filter(({ field }) => field !== 'status' && field !== 'total');
    const order = whole.entry.changes.map(({ field }) => field);
    const of = (...changed: { field: string }[]): ShownEntry => {
      const all = [...changed, ...rest];
      return { ...whole.entry, changes: order.map((field) => all.find((each) => each.field.toLowerCase() === field) ?? { field: '' }) };
    };
    expect(verdictOf(checkSeal(of(status, total), whole.sealed))).toBe('ok');
    const lie = checkSeal(of({ ...status, new: 'REJECTED' } as { field: string }, total), whole.sealed);
    expect(lie[3]).toMatchObject({ name: 'shown', is: 'unchecked', why: 'types', what: ['changes.status'] });
    expect(verdictOf(checkSeal({ ...whole.entry, changes: whole.entry.changes.slice(1) }, whole.sealed))).toBe('differs');
  }); // prettier-ignore

  // prettier-ignore
  describe('of a server that', () => {
    const made = sealedEntry({ actor: SECTIONS.actor, data: JSON.stringify({ id: 'i', old: { status: 'PAID', total: 1, iban: null, word: null, big: null, seen: null }, new: { status: 'OPEN', total: 2, iban: null, word: null, big: null, seen: null }, redacted: ['word'], redactedChanged: ['word', 'iban'], ignored: ['seen'], masked: { old: { iban: '..1' }, new: { iban: '..2' } }, cut: { new: { big: { bytes: 9, sha256: 'ab' } } } }) });
    type Entry = { -readonly [K in keyof Omit<ShownEntry, 'change' | 'changes'>]: ShownEntry[K] } & { changes: { field: string; old?: unknown; new?: unknown; asText?: unknown }[]; change: Record<string, unknown> };
    const check = (lie: (entry: Entry) => void, models = {}): string => {
      const entry = JSON.parse(JSON.stringify(made.entry)) as Entry;
      lie(entry);
      return verdictOf(checkSeal(entry as unknown as ShownEntry, made.sealed, models)); // a lie need not be one
    };
    const models = { Invoice: { status: 'state' } };
    const swap = ({ changes: [a, b] }: Entry): void => { if (a && b) [a.field, b.field] = [b.field, a.field]; };
    const abridge = (entry: Entry): void => { entry.abridged = true; Reflect.deleteProperty(entry, 'old'); Reflect.deleteProperty(entry, 'new'); Reflect.deleteProperty(entry, 'change'); entry.changes = entry.changes.map(({ field }) => ({ field })); };
    const { fields } = { fields: made.entry.changes.map(({ field }) => field) };
    it.each<[string, (entry: Entry) => void, string, object?]>([
      ['says what was sealed', () => undefined, 'ok'],
      ['calls a field what the session calls it', (entry) => { entry.changes[0]!.field = 'state'; for (const side of ['old', 'new']) { const { status, ...rest } = entry.change[side] as Record<string, unknown>; entry.change[side] = { ...rest, state: status }; } }, 'ok', models],
      ['renames a field', (entry) => { entry.changes[0]!.field = 'frozen'; }, 'differs', models],
      ['renames a field of an unknown model', (entry) => { entry.changes[0]!.field = 'frozen'; }, 'unchecked'],
      ['exchanges two fields', swap, 'differs'],
      ['exchanges two fields of a known model', swap, 'differs', models],
      ['names another field redacted', (entry) => { entry.change['redacted'] = ['status']; }, 'differs'],
      ['names another field ignored', (entry) => { entry.change['ignored'] = ['total']; }, 'differs'],
      ['masks another field', (entry) => { entry.change['masked'] = { old: { status: '..1' }, new: { status: '..2' } }; }, 'unchecked'],
      ['masks another field of a known model', (entry) => { entry.change['masked'] = { old: { status: '..1' }, new: { status: '..2' } }; }, 'differs', models],
      ['cuts another field of a known model', (entry) => { entry.change['cut'] = { new: { status: { bytes: 9, sha256: 'ab' } } }; }, 'differs', models],
      ['leaves the change out', (entry) => { Reflect.deleteProperty(entry, 'change'); }, 'differs'],
      ['says another model', (entry) => { entry.change['model'] = 'Evil'; }, 'differs'],
      ['says another operation', (entry) => { entry.change['operation'] = 'delete'; }, 'differs'],
      ['says that a type cannot hold another text', (entry) => { entry.changes[0]!.asText = ['old']; entry.changes[0]!.old = 'DRAFT'; }, 'differs'],
      ['abridges', abridge, 'unchecked'],
      ['abridges, with another actor', (entry) => { abridge(entry); entry.actor = { id: 'bob' }; }, 'differs'],
      ['abridges, without the actor', (entry) => { abridge(entry); Reflect.deleteProperty(entry, 'actor'); }, 'differs'],
      ['abridges, with another record', (entry) => { abridge(entry); entry.resource = { type: 'Invoice', id: 'other' }; }, 'differs'],
      ['abridges, without the record', (entry) => { abridge(entry); entry.resource = { type: 'Invoice' }; }, 'differs'],
      ['abridges, with details', (entry) => { abridge(entry); entry.details = { a: 1 }; }, 'differs'],
      ['abridges, with other values', (entry) => { abridge(entry); entry.changes[0]!.old = 'STOLEN'; }, 'differs'],
      ['abridges, with other fields', (entry) => { abridge(entry); entry.changes[0]!.field = 'owner'; }, 'differs'],
      ['abridges, with fewer fields', (entry) => { abridge(entry); entry.changes = entry.changes.slice(1); }, 'differs'],
      ['abridges a little', (entry) => { Object.assign(entry, { abridged: 1 }); }, 'differs'],
    ])('%s', (...[, lie, verdict, of]) => {
      expect(fields).toEqual(['status', 'total', 'iban', 'word', 'big']);
      expect(check(lie, of)).toBe(verdict);
    });
  });

  // As it stands in the sealed bytes: there a number is one, and a text of digits is a text.
  it.each<[string, unknown, boolean]>([
    ['10.00', '10', true],
    ['10.00', 10, true],
    ['10', '10', true],
    ['"-$1,234.50"', '-1234.5', true],
    ['"$1,50"', '150', false],
    ['"1,50"', '150', false],
    ['"1,234.50"', '1234.5', false],
    ['"0e46209"', '0eaten by Ann', false],
    ['"0e46209"', 0, false],
    ['0', '0eaten by Ann', false],
    ['"007"', '7', false],
    ['"007"', 7, false],
    ['"7"', 7, false],
    ['"10.00"', '10', false],
    ['"12345678901234567890.10"', '12345678901234567890.1', false],
    ['"true"', true, false],
    ['true', 'true', false],
    ['0.00', '0', true],
    ['1e2', '100', true],
    ['12345678901234567890.1', '12345678901234567890.10', true],
    ['12345678901234567890.1', '12345678901234567890.2', false],
    ['100', '1e3', false],
    ['100', '1,00', false],
    ['-1', '1', false],
    ['"2026-03-01T10:00:00.123456"', '2026-03-01T10:00:00.123Z', true],
    ['"2026-03-01T10:00:00+02:00"', '2026-03-01T08:00:00.000Z', true],
    ['"2026-03-01T10:00:00.5+02:00"', '2026-03-01T08:00:00.500Z', true],
    ['"2026-03-01"', '2026-03-01T00:00:00.000Z', true],
    ['"10:00:00"', '1970-01-01T10:00:00.000Z', true],
    ['"10:00:00+02"', '1970-01-01T08:00:00.000Z', true],
    ['"2026-03-01T10:00:00"', '2026-03-01T11:00:00.000Z', false],
    ['"2026-03-01 10:00:00+00"', '2026-03-01T10:00:00.000Z', false],
    ['"10:00"', '1970-01-01T10:00:00.000Z', false],
    ['"2026-03-01T10:00:00.123Z"', '2026-03-01T10:00:00.123456', false],
    ['[1,2.0]', ['1', 2], true],
    ['["1",2]', [1, 2], false],
    ['{"a":1,"b":null}', { a: 1 }, false],
    ['{"a":1,"b":2}', { b: 2, a: 1 }, false],
    ['{"a":{"b":1.50}}', { a: { b: 1.5 } }, true],
    ['null', 'null', false],
    ['null', {}, false],
    ['"x"', 'y', false],
    ['""', '0', false],
    ['"."', '0', false],
  ])('%s and %j: the same is %s', (sealed, shown, same) => {
    expect(isSameValue(parseExactJson(sealed), shown, JSON.parse(sealed))).toBe(same);
  });
});

/** Each takes a signature or two. */
const EACH = full ? 1 : 5;

describe('a proof folder', () => {
  interface Folder {
    name: string;
    vkey: string;
    files: Record<string, string>;
  }
  const { folders } = vectors('heads.json') as { folders: Folder[] };
  const filesOf = ({ files }: Folder): Map<string, Uint8Array> => new Map(Object.entries(files).map(([name, text]) => [name, new Uint8Array(Buffer.from(text))])); // prettier-ignore
  const reader = ({ vkey }: Folder) => [{ vkey, from: 'reader' as const }];

  it.each(folders)('$name: each step holds, and whose key it was is said', (folder) => {
    const { steps, signers } = checkFolder(filesOf(folder), reader(folder));
    expect(named(steps)).toEqual([]);
    expect(said(steps)).toMatchObject({ entry: 'ok', registry: 'ok', signature: 'ok' });
    expect(signers).toEqual(reader(folder));
    const server = checkFolder(filesOf(folder), [{ vkey: folder.vkey, from: 'server' }]);
    expect(said(server.steps)['signature']).toBe('unchecked: server');
    expect(verdictOf(server.steps)).toBe('unchecked');
    expect(said(checkFolder(filesOf(folder), []).steps)['signature']).toBe('unchecked: no key');
    expect(said(checkFolder(filesOf(folder), [{ vkey: 'no key', from: 'reader' }]).steps)['signature']).toBe('unchecked: no key'); // prettier-ignore
  });

  it('is of the entry that was asked for, or does not match', () => {
    const [folder] = folders as [Folder];
    const { steps } = checkFolder(filesOf(folder), reader(folder), '0'.repeat(64));
    expect(steps[0]).toMatchObject({ name: 'entry', is: 'differs', why: 'other' });
  });

  it.each(folders)('$name: says what verify-proof says, whichever byte is another, and never that it is right', (folder) => {
    const keys = [parseVkey(folder.vkey)];
    for (const [name, bytes] of filesOf(folder))
      for (let at = 0; at < bytes.length; at += EACH) {
        const files = filesOf(folder);
        const other = Uint8Array.from(bytes);
        other[at] = (other[at] ?? 0) ^ 1;
        files.set(name, other);
        let node = 'ok';
        try {
          checkProof(files, keys);
        } catch (error) {
          if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw error;
          node = ['missing', 'unsigned', 'later'].includes(String(error.facts['reason'])) ? 'unchecked' : 'differs';
        }
        expect(node).not.toBe('ok');
        const { steps } = checkFolder(files, reader(folder));
        const verdict = verdictOf(steps);
        // What is not shown of it, or not signed, is said first where both are so.
        expect([name, at, verdict === 'not opened' ? 'ok' : verdict]).toEqual([name, at, node]);
        if (node === 'differs') expect(named(steps)).toHaveLength(1);
      }
  }); // prettier-ignore

  it.each(Object.keys(PROOF_FILES))('without %s proves less, or the same to whoever does not need it', (name) => {
    const [folder] = folders as [Folder];
    const files = filesOf(folder);
    files.delete(name);
    const { steps } = checkFolder(files, reader(folder));
    expect(named(steps)).toEqual([]);
    expect(steps.some(({ is }) => is === 'unchecked' || is === 'not opened')).toBe(true);
  });
});
