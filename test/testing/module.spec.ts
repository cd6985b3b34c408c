import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { AuditModule, AuditService, type AuditModuleOptions } from '../../src/index.js';
import {
  AuditTestingModule,
  audited,
  clearAudited,
  expectAudited,
  expectNothingAudited,
} from '../../src/testing/index.js';
import { start, withModule, type Running } from './app.js';

/** Nothing listens there: whoever connects fails the test. */
const options: AuditModuleOptions = {
  databaseUrl: 'postgresql://127.0.0.1:1/none',
  tenant: () => 'acme',
  redaction: { add: ['iban'] },
};
const real = AuditModule.forRoot(options);

let running: Running | undefined;
beforeEach(clearAudited);
afterEach(async () => {
  await running?.app.close();
  running = undefined;
});

describe.each([
  [
    'in the place of the real module',
    () => Test.createTestingModule({ imports: [withModule(AuditTestingModule.forRoot(options))] }),
  ],
  [
    'in its place, with options from a factory',
    () =>
      Test.createTestingModule({
        imports: [withModule(AuditTestingModule.forRootAsync({ useFactory: () => options }))],
      }),
  ],
  [
    'in an application that imports the real one',
    () => AuditTestingModule.replaceIn(Test.createTestingModule({ imports: [withModule(real)] })),
  ],
  [
    'by overrideModule, given what was imported',
    () =>
      Test.createTestingModule({ imports: [withModule(real)] })
        .overrideModule(real as never) // Nest compares by identity, and its type knows classes alone
        .useModule(AuditTestingModule.forRoot(options) as never),
  ],
])('AuditTestingModule, %s,', (_, builder) => {
  beforeEach(async () => {
    running = await start(builder());
  });

  it('has one entry of a request that a guard refused, with the actor that the guard saw', async () => {
    expect(await running?.send('POST', '/invoices/7/approve', 'carl')).toBe(403);
    const entry = await expectAudited('invoice.approve', { outcome: 'denied', resource: { type: 'Invoice', id: 7 } });
    expect(entry).toMatchObject({
      actor: { id: 'carl', role: 'CLERK', type: 'user' },
      tenant: 'acme',
      source: 'request',
      details: { http: { method: 'POST', status: 403 } },
    });
    expect(audited()).toEqual([entry]);
  });

  it('checks and redacts what is recorded as the real one does', async () => {
    expect(await running?.send('POST', '/invoices/export', 'vera', { iban: 'DE02', rows: 3 })).toBe(201);
    const { details, redacted } = await expectAudited('invoice.export', { details: { rows: 3 } });
    expect(JSON.stringify([details, redacted])).not.toContain('DE02');
    expect(redacted).toEqual(['details.iban']);
    await expect(running?.app.get(AuditService).record({ action: 'no such name!' })).rejects.toMatchObject({
      code: 'AUDIT_EVENT_INVALID',
    });
  });

  it('has nothing of a request that is not audited', async () => {
    expect(await running?.send('GET', '/invoices')).toBe(200);
    await expectNothingAudited();
  });

  it('says that in memory nothing can be queried, and that all is sealed', async () => {
    const audit = running?.app.get(AuditService);
    expect(() => audit?.query).toThrow(/read audited\(\)/);
    await audit?.flush();
  });
});

it('AuditTestingModule needs no options, and refuses wrong ones as the real one does', async () => {
  running = await start(Test.createTestingModule({ imports: [withModule(AuditTestingModule.forRoot())] }));
  expect(await running.send('POST', '/invoices/7/approve', 'vera', {})).toBe(201);
  await expectAudited('invoice.approve', { outcome: 'success', actor: { id: 'vera' } });
  const wrong = AuditTestingModule.forRoot({ actor: 'vera' as never });
  await expect(start(Test.createTestingModule({ imports: [withModule(wrong)] }))).rejects.toMatchObject({
    code: 'AUDIT_OPTIONS_INVALID',
  });
});
