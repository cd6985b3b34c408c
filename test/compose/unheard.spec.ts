import { expect, it, jest } from '@jest/globals';
import { createAudit } from '../../src/compose/index.js';
import { createDatabase } from '../support/database.js';

const NOBODY = 'postgresql://u:p@127.0.0.1:1/x';

it('flush() gives up at its deadline where no database answers', async () => {
  const audit = createAudit({ databaseUrl: NOBODY, seal: false, onError: () => undefined });
  audit.record({ action: 'a.b' });
  const started = Date.now();
  await expect(audit.flush({ timeoutMs: 300 })).rejects.toMatchObject({
    code: 'AUDIT_FLUSH_TIMEOUT',
    facts: { waiting: 1 },
  });
  expect(Date.now() - started).toBeLessThan(10_000);
  await audit.close({ deadlineMs: 1 });
});

it('flush() says at once that there is no log', async () => {
  const database = await createDatabase();
  const audit = createAudit({ databaseUrl: database.url, seal: false, onError: () => undefined });
  audit.record({ action: 'a.b' });
  await expect(audit.flush({ timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'AUDIT_SCHEMA_MISSING' });
  await audit.close({ deadlineMs: 1 });
  await database.drop();
});

it('what goes wrong and what is lost is a warning of the process where nobody listens', async () => {
  const told = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    const audit = createAudit({ databaseUrl: NOBODY, seal: false });
    audit.record({ action: 'login.failed' });
    expect(await audit.close({ deadlineMs: 300 })).toMatchObject({ lost: 1 });
    const texts = told.mock.calls.map(([text]) => String(text));
    expect(texts.some((text) => text.includes('1 events could not be written'))).toBe(true);
    expect(texts.length).toBeLessThan(5);
  } finally {
    told.mockRestore();
  }
});
