import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';
import { folder, run, type Folder, type Ran } from './run.js';

let world: LevelsWorld;
let here: Folder;
let id: string;
beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
  here = folder();
  const audit = createAudit({ databaseUrl: world.url, flushIntervalMs: 1, seal: { minWaitMs: 1 } });
  for (const tenant of ['acme', 'globex', undefined])
    for (let i = 0; i < 3; i += 1)
      audit.record({ action: 'invoice.approve', resource: { type: 'Invoice', id: 'inv-1' } }, { context: newContext({ actor: { id: 'ann' }, ...(tenant === undefined ? {} : { tenant }) }) }); // prettier-ignore
  await audit.flush();
  id = (await audit.query.find({ tenant: 'acme', action: 'invoice.*' })).entries[0]?.id ?? '';
  await audit.close();
});
afterAll(async () => {
  here?.remove();
  await world?.close();
});

const as = (role: 'reader' | 'auditor', ...args: string[]): Promise<Ran> =>
  run(args, { cwd: here.path, url: world.urlOf(world.roles[role]) });

describe('where a tenant was not named', () => {
  const HINT = /^nothing was found among the entries without a tenant.*--tenant, or pass --all-tenants\n$/;
  it.each<[string, string[], RegExp]>([
    ['a record', ['query', '--resource', 'Employee:1'], HINT],
    ['a page of an actor, as JSON', ['query', '--actor', 'nobody', '--json'], HINT],
    ['a count', ['query', '--count', '--actor', 'nobody'], HINT],
    ['an entry', ['ask', 'entry', 'ID'], /^there is no such entry\nnothing was found among/],
    ['a call that undoes', ['ask', 'revert', 'ID'], /^there is no such entry\nnothing was found among/],
    ['a state', ['ask', 'as-of', 'Employee:1', '2030-01-01'], HINT],
    ['a difference', ['ask', 'difference', 'Employee:1', '2030-01-01', '2031-01-01'], HINT],
    ['who saw a record', ['ask', 'who-saw', 'Employee:1'], HINT],
    ['exports', ['ask', 'exports', '--actor', 'nobody'], HINT],
    ['failures', ['ask', 'failures'], HINT],
    ['hours', ['ask', 'pattern', '--actor', 'nobody'], HINT],
    ['what was found', ['query', '--action', 'invoice.*'], /^$/],
    ['a tenant that has none', ['query', '--tenant', 'acme', '--actor', 'nobody'], /^$/],
    ['all tenants', ['query', '--all-tenants', '--actor', 'nobody'], /^$/],
  ])('%s says that the others were not looked at, if there are any', async (_name, args, err) => {
    expect(await as('auditor', ...args.map((word) => (word === 'ID' ? id : word)))).toMatchObject({ code: 0, err: expect.stringMatching(err) }); // prettier-ignore
  }); // prettier-ignore
});

// Reads of the command line by a role that sees one tenant at a time.
describe('as the role of the reader', () => {
  it.each<[string, string[], RegExp]>([
    ['a count', ['query', '--count', '--tenant', 'acme', '--action', 'invoice.*'], /^3\n$/],
    ['a count of what has no tenant', ['query', '--count', '--action', 'invoice.*'], /^3\n$/],
    ['a page', ['query', '--tenant', 'acme', '--limit', '1', '--action', 'invoice.*'], /invoice\.approve/],
    ['a record', ['query', '--tenant', 'acme', '--resource', 'Invoice:inv-1', '--json'], /^(\{.*"tenant":"acme".*\}\n){3}$/],
    ['an entry', ['ask', 'entry', 'ID', '--tenant', 'acme', '--json'], /"action":"invoice.approve"/],
    ['its neighbours', ['ask', 'entry', 'ID', '--around', '2', '--tenant', 'acme', '--json'], /^(\{.*\}\n){3,5}$/],
    ['the hours', ['ask', 'pattern', '--tenant', 'acme', '--json'], /"count":3/],
  ])('%s has the entries of the tenant that is named', async (_name, args, out) => {
    const words = args.map((word) => (word === 'ID' ? id : word));
    expect(await as('reader', ...words)).toMatchObject({ code: 0, out: expect.stringMatching(out) });
  }); // prettier-ignore

  it('an export has them', async () => {
    const args = ['export', '--tenant', 'acme', '--action', 'invoice.*', '--out', 'out'];
    expect(await as('reader', ...args)).toMatchObject({ code: 0, out: expect.stringMatching(/^3 entries written/) });
    expect(readFileSync(join(here.path, 'out/entries-00001.ndjson'), 'utf8').trim().split('\n')).toHaveLength(3);
  });

  it.each([
    ['query', '--all-tenants'],
    ['query', '--count', '--all-tenants'],
    ['ask', 'failures', '--all-tenants'],
  ])('%s %s… is refused, and not answered with nothing', async (...args) => {
    expect(await as('reader', ...args)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/sees one tenant at a time: name a tenant.*AUDIT_PRIVILEGE_MISSING/) }); // prettier-ignore
  });

  it('export of all tenants is refused for whoever asks', async () => {
    for (const part of ['reader', 'auditor'] as const)
      expect(await as(part, 'export', '--all-tenants', '--out', 'all')).toMatchObject({ code: 2, err: expect.stringMatching(/an export is of one tenant/) }); // prettier-ignore
  });

  it('the auditor sees all', async () => {
    const { code, out } = await as('auditor', 'query', '--count', '--all-tenants', '--action', 'invoice.*');
    expect({ code, out }).toEqual({ code: 0, out: '9\n' });
  });
});
