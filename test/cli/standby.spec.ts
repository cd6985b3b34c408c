import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { capture, DEPLOYMENT, idsOf } from '../checkpoint/support/signed-log.js';
import { createLog, type TestLog } from '../support/log.js';
import { startPostgres, type PostgresServer } from '../support/postgres.mjs';
import { standbyOf, type Standby } from '../support/standby.js';
import { folder, run, type Folder, type Ran } from './run.js';

let primary: PostgresServer;
let standby: Standby;
let log: TestLog;
let here: Folder;
let env: Record<string, string>;
let there: string;
const onStandby = (...args: string[]): Promise<Ran> => run(args, { url: there, cwd: here.path, env });

beforeAll(async () => {
  primary = await startPostgres({ own: true });
  log = await createLog(primary.url);
  here = folder();
  env = { AUDIT_SIGNING_KEY_FILE: join(here.path, 'key.pem') };
  await run(['keygen', '--out', 'key.pem', '--origin', DEPLOYMENT], { cwd: here.path, url: log.url });
  await capture(log, 'acme', 5);
  expect(await run(['seal', '--once'], { url: log.url, cwd: here.path, env })).toMatchObject({ code: 0 });
  standby = await standbyOf(primary);
  await standby.caughtUp();
  const url = new URL(log.url);
  url.port = new URL(standby.url).port;
  there = url.href;
}, 60_000);
afterAll(async () => {
  await log.close();
  await standby.stop();
  await primary.stop();
  here.remove();
});

/** What is left in the log of the primary, which is the only one that can be written. */
async function told(): Promise<number> {
  const { rows } = await log.pool.query<{ n: number }>(`select count(*)::int as n from audit.content where source = 'read'`); // prettier-ignore
  return rows[0]?.n ?? 0;
}

describe('on a standby', () => {
  it('the commands that read answer', async () => {
    const [, id = ''] = await idsOf(log, 1);
    expect(await onStandby('query', '--tenant', 'acme', '--json')).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/"Note\.create"/) }); // prettier-ignore
    expect(await onStandby('ask', 'pattern', '--tenant', 'acme')).toMatchObject({ code: 0, err: '' });
    expect(await onStandby('ask', 'entry', id, '--around', '2', '--tenant', 'acme')).toMatchObject({
      code: 0,
      err: '',
    });
    const verified = await onStandby('verify', '--json');
    expect(JSON.parse(verified.out)).toMatchObject({ entries: 8, coverage: expect.anything() });
  });

  it('nothing can be exported: nobody could be told of it; a proof says that the log does not say of it', async () => {
    const [, id = ''] = await idsOf(log, 1);
    expect(await onStandby('export', '--tenant', 'acme', '--out', 'taken')).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/can only be read.*export from the server that it follows/) }); // prettier-ignore
    expect(existsSync(join(here.path, 'taken'))).toBe(false);
    expect(await onStandby('prove', id, '--out', 'proof')).toMatchObject({ code: 0, err: expect.stringMatching(/^this database cannot be written, so the log does not say/) }); // prettier-ignore
    expect(await told()).toBe(0);
  });

  it('nothing is sealed, signed or migrated, and each says why', async () => {
    for (const args of [['seal', '--once'], ['migrate']])
      expect(await onStandby(...args)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/standby|read-only/),
      });
  });

  it("an application's readers are answered, it hears that they left no entry, and its export is refused", async () => {
    const heard: unknown[] = [];
    const audit: Audit = createAudit({ databaseUrl: log.url, readerUrl: there, seal: false, onError: (error) => heard.push(error) }); // prettier-ignore
    try {
      const reader = audit.query.as({ tenants: ['acme'], actor: { id: 'ann' } });
      expect((await reader.find({ tenant: 'acme' })).entries).toHaveLength(6);
      expect(heard).toMatchObject([{ code: 'AUDIT_NOT_WRITABLE' }]);
      expect((await audit.health()).status).toBeDefined();
      const chunks = audit.export({ tenant: 'acme' }, { reader })[Symbol.asyncIterator]();
      await expect(chunks.next()).rejects.toMatchObject({ code: 'AUDIT_NOT_WRITABLE' });
      const unscoped = audit.export({ tenant: 'acme' }, {})[Symbol.asyncIterator]();
      await expect(unscoped.next()).rejects.toMatchObject({ code: 'AUDIT_NOT_WRITABLE' });
      expect(await told()).toBe(0);
    } finally {
      await audit.close();
    }
  });
});
