import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReaderScope, SealedEntry } from '../../src/query/index.js';
import { rowJson } from '../../src/export/row-json.js';
import { sealed as sealedAnswer } from '../../src/viewer/api/sealed.js';
import type { Asked } from '../../src/viewer/asked.js';
import { AuditError } from '../../src/event/errors.js';
import { proof } from '../../src/viewer/api/proof.js';
import { refusedBy } from '../../src/viewer/refused.js';
import type { ProofAnswer, SealedAnswer, ShownEntry } from '../../src/viewer/answers.js';
import { checkSeal } from '../../src/viewer/page/check/seal.js';
import { verdictOf } from '../../src/viewer/page/check/steps.js';
import { FIELD, viewerWorld, type ViewerWorld } from './world.js';

let world: ViewerWorld;
const ids = new Map<string, string>();
beforeAll(async () => {
  world = await viewerWorld();
  for (const { id, tenant, action } of [...world.shown, ...world.hidden]) ids.set(`${tenant} ${action}`, id);
});
afterAll(() => world?.close());

const ANN: ReaderScope = { tenants: ['acme'], actor: { id: 'ann' } };
const readerOf = (scope: Partial<ReaderScope> = {}) => world.audit.query.as({ ...ANN, ...scope });
const idOf = (name: string): string => ids.get(name) ?? '';
const one = async (name: string, scope: Partial<ReaderScope> = {}, tenant = 'acme'): Promise<SealedEntry | undefined> =>
  (await readerOf(scope).sealed([idOf(name)], { tenant }))[0];

/** What the page is sent of an entry, and what it makes of that. */
async function checked(name: string, scope: Partial<ReaderScope> = {}, tenant = 'acme') {
  const reader = readerOf(scope);
  const entry = JSON.parse(rowJson(await reader.entry(idOf(name), { tenant }))) as ShownEntry;
  const asked = { reader, query: new URLSearchParams({ tenant }), params: { id: idOf(name) } } as unknown as Asked; // what the answer reads of it
  const answer = JSON.parse((await sealedAnswer(asked)).body as string) as SealedAnswer; // text, as all JSON is answered
  const steps = checkSeal(entry, answer);
  return { verdict: verdictOf(steps), steps: Object.fromEntries(steps.map(({ name: step, is, why }) => [step, why ? `${is}: ${why}` : is])), answer }; // prettier-ignore
}

describe('what a seal is computed of', () => {
  it.each([
    'acme invoice.approve',
    'acme payroll.run',
    'acme Invoice.read',
    'acme access.entry',
    'acme Invoice.update',
  ])('comes for %s, and matches', async (name) => {
    const { verdict, steps } = await checked(name);
    expect(steps).toMatchObject({ leaf: 'ok', actor: 'ok', data: 'ok', shown: 'ok', before: 'ok: linked' });
    expect(verdict).toBe('ok');
  });

  it('comes for the first entry of a chain, and for all tenants', async () => {
    const { rows } = await world.world.owner.query<{ id: string }>(`select id from audit.entry where tenant_key = 'globex' and seq = 0`); // prettier-ignore
    ids.set('first', rows[0]?.id ?? '');
    expect((await checked('first', { tenants: 'all' }, 'globex')).steps).toMatchObject({ leaf: 'ok', before: 'ok: first' }); // prettier-ignore
  });

  it('comes without a section of which a field is hidden, be it named there alone', async () => {
    for (const hidden of ['salary', 'fine', 'total', 'id']) {
      const fields = (_model: string, field: string): boolean => field !== hidden;
      const scope = { fields };
      const found = await one('acme Invoice.update', scope);
      expect([hidden, found?.sections.data]).toEqual([hidden, hidden === 'id' ? expect.anything() : 'not opened']);
      expect(found?.sections.actor).toMatchObject({ salt: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown });
      if (hidden === 'id') continue; // no column of the images
      expect(JSON.stringify(found)).not.toContain(FIELD);
      const { verdict, steps } = await checked('acme Invoice.update', scope);
      expect([verdict, steps['shown']]).toEqual(['not opened', 'ok: clear']);
    }
    // Of what is no change nothing is hidden.
    expect(await checked('acme invoice.approve', { fields: () => false })).toMatchObject({ verdict: 'ok' });
  });

  it('shows nothing of an entry that the reader does not see, nor of a neighbour', async () => {
    const actions = (action: string): boolean => !action.startsWith('payroll.');
    expect(await one('acme payroll.run', { actions })).toBeUndefined();
    expect(await one('globex merger.plan')).toBeUndefined();
    expect(await one('globex merger.plan', {}, 'globex')).toBeUndefined();
    const found = await one('acme Invoice.read', { actions });
    expect([found?.before, found?.next].map((each) => typeof each === 'object' && each.leaf.includes('payroll'))).toEqual([false, false]); // prettier-ignore
    expect([found?.before, found?.next]).toContain('not opened');
  });

  it.each<[string, readonly string[], object]>([
    ['no id', [], { tenant: 'acme' }],
    ['51 of them', Array.from({ length: 51 }, () => '019b76da-a800-7000-8000-000000000007'), { tenant: 'acme' }],
    ['what is no id', ["' or true --"], { tenant: 'acme' }],
  ])('is refused for %s', async (_name, asked, where) => {
    await expect(readerOf().sealed(asked, where)).rejects.toMatchObject({ code: 'AUDIT_QUERY_INVALID' });
  });

  it('leaves an entry that says who looked', async () => {
    await one('acme invoice.approve', { actor: { id: 'somebody' } });
    await world.audit.flush();
    const { entries } = await world.audit.query.find({ tenant: 'acme', action: 'audit.read', limit: 20 });
    expect(entries[0]?.details).toMatchObject({ kind: 'sealed', reader: { id: 'somebody' }, filter: { id: idOf('acme invoice.approve') }, count: 1 }); // prettier-ignore
  });

  it('leaves the database with the salt of no other tenant, nor of any where none is named', async () => {
    const { reader, auditor } = world.world.roles;
    for (const role of [reader, auditor]) {
      const client = await world.world.poolOf(role).connect();
      try {
        const salts = async (tenant: string | undefined): Promise<number> => {
          await client.query('begin');
          if (tenant !== undefined) await client.query(`select set_config('audit.tenant', $1, true)`, [tenant]);
          const { rowCount } = await client.query('select from audit.sealed_sections($1::uuid[])', [[...ids.values()]]);
          await client.query('rollback');
          return rowCount ?? 0;
        };
        const globex = [...ids.keys()].filter((name) => name.startsWith('globex') || name === 'first').length;
        expect([await salts(undefined), await salts(''), await salts('nobody'), await salts('globex')]).toEqual([0, 0, 0, globex]); // prettier-ignore
      } finally {
        client.release();
      }
    }
  });

  it('comes of several at once, as of each', async () => {
    const names = ['acme invoice.approve', 'acme payroll.run', 'acme Invoice.update'];
    const found = await readerOf().sealed(names.map(idOf), { tenant: 'acme' });
    for (const name of names) {
      const { before: _before, next: _next, ...alone } = (await one(name)) ?? ({} as SealedEntry);
      expect(found.find(({ id }) => id === idOf(name))).toEqual(alone);
    }
  });
});

describe('one byte in the database', () => {
  const owner = (sql: string): Promise<unknown> => world.world.owner.query(`alter table audit.entry disable trigger all; alter table audit.content disable trigger all; ${sql}`); // prettier-ignore

  it.each<[string, (id: string) => string, Record<string, string>]>([
    ['of the body', (id) => `update audit.entry set body = replace(body, '"success"', '"sucness"') where id = '${id}'`, { leaf: 'differs: hash', before: 'ok: linked', next: 'differs: hash' }],
    ['of the hash', (id) => `update audit.entry set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where id = '${id}'`, { leaf: 'differs: hash' }],
    ['of the data', (id) => `update audit.content set data = replace(data, 'note', 'note ') where pos = (select pos from audit.entry where id = '${id}')`, { leaf: 'ok', data: 'differs: hash' }],
    ['of the actor', (id) => `update audit.content set actor = set_byte(actor, 3, get_byte(actor, 3) # 1) where pos = (select pos from audit.entry where id = '${id}')`, { leaf: 'ok', actor: 'differs: hash' }],
    ['of a salt', (id) => `update audit.content set salt_data = gen_random_uuid() where pos = (select pos from audit.entry where id = '${id}')`, { data: 'differs: hash' }],
    ['of its time', (id) => `update audit.entry set sealed_at = sealed_at + interval '1 ms' where id = '${id}'`, { leaf: 'differs: hash' }],
    ['of the time, which is none then', (id) => `update audit.entry set sealed_at = 'infinity' where id = '${id}'`, { leaf: 'differs: hash' }],
    ['of the entry before', (id) => `update audit.entry set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where (chain, seq) = (select chain, seq - 1 from audit.entry where id = '${id}')`, { leaf: 'differs: hash', before: 'differs: hash' }],
    ['of the body, which is as large as it may be', (id) => `update audit.entry set body = repeat(' ', 70000) where id = '${id}'`, { leaf: 'differs: hash' }],
  ])('%s is found, and named', async (_name, sql, expected) => {
    const name = 'acme invoice.approve';
    const kept = `create table kept_e as select * from audit.entry; create table kept_c as select * from audit.content`;
    await owner(`${kept}; ${sql(idOf(name))}`);
    try {
      const { verdict, steps } = await checked(name);
      expect(steps).toMatchObject(expected['leaf'] === 'differs: hash' && steps['before'] === undefined ? { leaf: 'differs: hash' } : expected);
      expect(verdict).toBe('differs');
    } finally {
      await owner(`update audit.entry e set body = k.body, hash = k.hash, sealed_at = k.sealed_at from kept_e k where k.id = e.id;
        update audit.content c set data = k.data, actor = k.actor, salt_data = k.salt_data from kept_c k where k.pos = c.pos; drop table kept_e; drop table kept_c`);
    }
  }); // prettier-ignore

  it('of a section leaves it out of the proof, which is made of the rest and says so', async () => {
    const name = 'acme invoice.approve';
    const asks: (readonly string[])[] = [];
    const prove = async (_id: string, open: readonly string[]) => {
      asks.push(open);
      return [{ path: 'entry.leaf', bytes: Buffer.from('x') }];
    };
    const proven = async (id: string): Promise<ProofAnswer> => {
      const asked = {
        source: { prove },
        reader: readerOf(),
        query: new URLSearchParams({ tenant: 'acme' }),
        params: { id },
      } as unknown as Asked; // as above
      return JSON.parse((await proof(asked)).body as string) as ProofAnswer;
    };
    expect(await proven(idOf(name))).toEqual({ files: { 'entry.leaf': 'eA==' } });
    const change = (from: string, to: string) => owner(`update audit.content set data = replace(data, '${from}', '${to}') where pos = (select pos from audit.entry where id = '${idOf(name)}')`); // prettier-ignore
    await change('note', 'n0te');
    try {
      expect(await proven(idOf(name))).toMatchObject({ notOpened: { data: 'does not match' } });
    } finally {
      await change('n0te', 'note');
    }
    expect(asks).toEqual([['actor', 'data'], ['actor']]);
    await expect(proven('nonsense')).rejects.toMatchObject({ status: 404 });
  });

  it('is a finding where no proof can be made, and says nothing of where it was found', () => {
    const error = new AuditError('AUDIT_LOG_INCONSISTENT', 'entry 7 of example.com/secret does not have the hash');
    const { refused, tell } = refusedBy(error);
    expect([refused.status, refused.code, tell]).toEqual([409, 'AUDIT_LOG_INCONSISTENT', error]);
    expect(refused.message).toMatch(/^the log does not agree with itself here: have it verified/);
    expect(refused.message).not.toContain('secret');
  });

  it('that is erased with its salt is said to be, and one without is not shown', async () => {
    const name = 'acme payroll.run';
    await owner(`update audit.content set data = null, salt_data = null where pos = (select pos from audit.entry where id = '${idOf(name)}')`); // prettier-ignore
    expect((await checked(name)).steps).toMatchObject({ leaf: 'ok', data: 'unchecked: erased', shown: 'ok' });
    await owner(`update audit.content set actor = null where pos = (select pos from audit.entry where id = '${idOf(name)}')`); // prettier-ignore
    const { answer } = await checked(name);
    expect(answer.sections).toEqual({ actor: 'erased', data: 'erased' });
  });

  it('and no more: a section beyond what is handed out is too large, and its entry is not left out', async () => {
    const name = 'acme access.entry';
    await owner(`update audit.content set data = '{"x":"' || repeat('a', 17000000) || '"}' where pos = (select pos from audit.entry where id = '${idOf(name)}')`); // prettier-ignore
    const found = await one(name);
    expect(found?.sections).toEqual({ actor: 'too large', data: 'too large' });
  });
});
