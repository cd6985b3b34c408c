import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule, AuditService, defineActions, getAuditToken, type AuditModuleOptions } from '../../src/index.js';
import { createLog, type Log } from './app.js';

let log: Log;
beforeAll(async () => {
  log = await createLog();
});
afterAll(() => log.close());

const invoices = defineActions({ 'invoice.approve': { resource: 'Invoice' } });
const reports = defineActions({ 'report.export': {} });

function feature(name: string, ...imports: DynamicModule[]): Type {
  // oxlint-disable-next-line typescript/no-extraneous-class -- decorated below
  const made = { [name]: class {} }[name] as Type; // a class of that name
  Module({ imports })(made);
  return made;
}
const audit = (options: Partial<AuditModuleOptions & { name: string }> = {}): DynamicModule =>
  AuditModule.forRoot({ databaseUrl: log.url, seal: false, probe: 'off', unknownActions: 'refuse', ...options });
async function create(...imports: (DynamicModule | Type)[]) {
  return await NestFactory.createApplicationContext(feature('Root', ...(imports as DynamicModule[])), { logger: false, abortOnError: false }); // prettier-ignore
}

describe('AuditModule.forFeature', () => {
  it('adds the actions of all features before anything is recorded; the same catalogue twice is one', async () => {
    const app = await create(
      audit({ actions: invoices }),
      feature('Reports', AuditModule.forFeature(reports)),
      feature('Again', AuditModule.forFeature(reports), AuditModule.forFeature(invoices)),
    );
    const service = app.get(AuditService, { strict: false });
    await service.record({ action: 'report.export' });
    await service.record({ action: 'invoice.approve', resource: { type: 'Invoice', id: 1 } });
    await expect(service.record({ action: 'report.exprot' })).rejects.toThrow(/report\.export/);
    await app.close();
  });

  it('adds them to the audit that it names, and to no other', async () => {
    const app = await create(
      audit(),
      audit({ name: 'billing' }),
      feature('Reports', AuditModule.forFeature(reports)),
      feature('Billing', AuditModule.forFeature(invoices, { audit: 'billing' })),
    );
    const main = app.get(AuditService, { strict: false });
    const billing = app.get<AuditService>(getAuditToken('billing'), { strict: false });
    await main.record({ action: 'report.export' });
    await billing.record({ action: 'invoice.approve' });
    await expect(main.record({ action: 'invoice.approve' })).rejects.toThrow('AUDIT_EVENT_INVALID');
    await expect(billing.record({ action: 'report.export' })).rejects.toThrow('AUDIT_EVENT_INVALID');
    await app.close();
  });

  const other = defineActions({ 'invoice.approve': { resource: 'Bill' } });
  it.each<[string, () => (DynamicModule | Type)[], RegExp]>([
    ['two features define an action differently', () => [audit(), feature('Invoices', AuditModule.forFeature(invoices)), feature('Bills', AuditModule.forFeature(other))], /invoice\.approve is defined twice, and differently: by Invoices and by Bills/],
    ['a feature contradicts the options', () => [audit({ actions: invoices }), feature('Bills', AuditModule.forFeature(other))], /by the options of AuditModule and by Bills/],
    ['a feature names an audit that is not there', () => [audit(), feature('Bills', AuditModule.forFeature(other, { audit: 'bills' }))], /Bills adds actions to the audit "bills", which there is not/],
  ])('keeps the application from starting when %s', async (_name, imports, message) => {
    await expect(create(...imports())).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringMatching(message) });
  }); // prettier-ignore

  it('refuses what is no catalogue when the module is defined', () => {
    expect(() => AuditModule.forFeature({ 'not well-formed': {} })).toThrow(/the name must be/);
  });
});
