import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { runAs, withContext, type Audit } from '../../src/index.js';
import { readRecorder, readsOf, takeReads, type ReadFact } from '../../src/recorder/read.port.js';
import { createPool, migrate } from '../../src/store/postgres/index.js';
import { openAudits } from './audits.js';
import { factOf, tell } from './read-world.js';

const audits = openAudits({ seal: { minWaitMs: 5, maxWaitMs: 20 } });
const { create } = audits;
afterEach(() => {
  jest.restoreAllMocks();
});

async function entries(audit: Audit, action: string): Promise<readonly unknown[]> {
  await audit.flush();
  return (await audit.query.find({ action, order: 'oldest' })).entries;
}

describe('reads before an audit starts', () => {
  it('are taken by it: as they were, redacted by its rules, folded', async () => {
    const user = { id: 'vera' };
    const details = { ids: ['7'], note: { diagnosis: 'x' } };
    await withContext({ actor: () => user, ip: 'x'.repeat(1_000) }, () => {
      for (let i = 0; i < 3; i += 1) tell('Early', { details, occurredAt: new Date(1_000 + i) });
      tell('Early', { gap: true, details: {} });
    });
    user.id = 'mallory';
    details.note.diagnosis = 'y';
    details.ids.push('8');
    expect(readRecorder('audit')).toBeUndefined();
    const audit = create({ redaction: { add: ['diagnosis'] } });
    expect(readRecorder('audit')).toBeDefined();
    expect(await entries(audit, 'Early.read')).toMatchObject([
      {
        actor: { id: 'vera', truncated: ['ip'] },
        details: { ids: ['7'], note: { diagnosis: '[redacted]' }, reads: 3 },
        flags: ['redacted', 'truncated'],
        occurredAt: '1970-01-01T00:00:01.000000Z',
      },
      { flags: ['gap', 'truncated'] },
    ]);
  });

  it('are never durable', async () => {
    await expect(tell('Never').durable()).rejects.toMatchObject({ code: 'AUDIT_NOT_DURABLE' });
    await create().close();
  });

  it('are kept up to a number: of the others the log says how many, and the process is warned', async () => {
    const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    for (let i = 0; i < 1_003; i += 1) tell('Many', { details: { i } });
    tell('Many', { details: { no: () => 'JSON' } });
    expect(warning.mock.calls).toEqual([
      [
        expect.stringMatching(/AuditModule\.forRoot\(\).*reads: 'off'/),
        expect.objectContaining({ code: 'AUDIT_READS_UNRECORDED' }),
      ],
    ]);
    const audit = create();
    await audit.flush();
    const { rows } = await audits.log.pool.query(
      `select count(*)::integer as n from audit.content where model = 'Many'`,
    );
    expect(rows).toEqual([{ n: 1_000 }]);
    expect(await entries(audit, 'audit.shed')).toMatchObject([
      { flags: ['gap'], details: { count: 4, from: expect.any(String), to: expect.any(String) } },
    ]);
  });

  it('are kept up to a size', async () => {
    jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    for (let i = 0; i < 200; i += 1) tell('Large', { details: { filler: 'x'.repeat(100_000) } });
    let taken = 0;
    let missed: unknown;
    const leave = takeReads('audit', { read: () => ((taken += 1), { durable: () => Promise.resolve('committed') }) }, (gap) => (missed = gap)); // prettier-ignore
    leave();
    expect(taken).toBe(Math.ceil((16 * 1024 * 1024) / (100_000 + '{"filler":""}'.length + 1_000)));
    expect(missed).toMatchObject({ details: { count: 200 - taken } });
  });

  it('are lost with a process that has no audit, which says so at its end', async () => {
    const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    readsOf('of_nobody').read(factOf('Early'));
    process.emit('beforeExit', 0);
    expect(warning).toHaveBeenCalledTimes(1);
    expect(warning.mock.calls[0]?.[0]).toContain('"of_nobody"');
  });
});

it('a process that ends without an audit is warned once, and ends; one with an audit is not', async () => {
  const script = (schema: string): string => `
    import { readsOf, takeReads } from './dist/esm/recorder/read.port.js';
    const event = { action: 'Patient.read', resource: { type: 'Patient' }, details: {} };
    for (const schema of ['audit', 'billing']) readsOf(schema).read({ event, context: undefined });
    takeReads(${JSON.stringify(schema)}, { read: () => ({}) });`;
  const run = async (schema: string): Promise<string> =>
    (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script(schema)])).stderr;
  const [one, other] = await Promise.all([run('billing'), run('audit')]);
  expect(one.match(/AuditWarning: .*schema "\w+"/g)).toEqual([expect.stringMatching(/"audit"$/)]);
  expect(other.match(/AuditWarning: .*schema "\w+"/g)).toEqual([expect.stringMatching(/"billing"$/)]);
});

describe('of several audits in a process', () => {
  it('each takes the reads of its own schema', async () => {
    const pool = createPool(audits.log.url, { max: 1, applicationName: 'test' });
    await migrate(pool, { schema: 'billing', origin: 'example.com/billing' });
    await pool.end();
    const [first, billing] = [create(), create({ schema: 'billing' })];
    tell('Of');
    tell('Of', { to: readsOf('billing'), details: { of: 'billing' } });
    expect(await entries(first, 'Of.read')).toMatchObject([{ details: { count: 1 } }]);
    expect(await entries(billing, 'Of.read')).toMatchObject([{ details: { of: 'billing' } }]);
  });

  it('with the same schema the last one takes them, and gives them back when it closes', async () => {
    const taken: string[] = [];
    const take = (name: string) =>
      takeReads('shared', {
        read: ({ event }: ReadFact) => {
          taken.push(`${name} ${event.action}`);
          return { durable: () => Promise.resolve('committed') };
        },
      });
    const told = (model: string) => tell(model, { to: readsOf('shared') });
    const [leaveA, leaveB, leaveC] = [take('a'), take('b'), take('c')];
    told('One');
    leaveB();
    told('Two');
    leaveC();
    leaveC();
    told('Three');
    leaveA();
    expect(readRecorder('shared')).toBeUndefined();
    told('Four'); // waits
    take('d');
    expect(taken).toEqual(['c One.read', 'c Two.read', 'a Three.read', 'd Four.read']);
  });

  it('one that closes writes what it took, and leaves what comes after to the other', async () => {
    const [first, second] = [create(), create()];
    await runAs({ id: 'vera' }, async () => {
      tell('Twice');
      expect([first.facts.waiting, second.facts.waiting]).toEqual([0, 1]);
      await second.close();
      tell('Twice');
      expect(first.facts.waiting).toBe(1);
    });
    expect(await entries(first, 'Twice.read')).toHaveLength(2);
  });
});
