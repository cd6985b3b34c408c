import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { defineActions, runAs } from '../../src/index.js';
import { readRecorder, readsOf } from '../../src/recorder/read.port.js';
import {
  AuditTestingModule,
  audited,
  clearAudited,
  expectAudited,
  expectNothingAudited,
  InMemoryRecorder,
} from '../../src/testing/index.js';
import { factOf, tell } from '../recorder/read-world.js';
import { start, withModule, type Running } from './app.js';

let running: Running | undefined;
let stop: () => void = () => undefined;
beforeEach(clearAudited);
afterEach(async () => {
  await running?.app.close();
  running = undefined;
  stop();
});

it('a testing module takes the reads of its schema, those from before it started included, until it closes', async () => {
  tell('Patient', { details: { before: true } });
  await expectNothingAudited();
  const module = AuditTestingModule.forRoot({ redaction: { add: ['diagnosis'] } });
  running = await start(Test.createTestingModule({ imports: [withModule(module)] }));
  await expectAudited('Patient.read', { details: { before: true }, flags: ['no-context'] });
  await runAs({ id: 'vera' }, async () => {
    for (let i = 0; i < 3; i += 1) tell('Patient', { details: { diagnosis: 'x' } });
    await expectAudited('Patient.read', {
      source: 'read',
      actor: { id: 'vera' },
      details: { diagnosis: '[redacted]', reads: 3 },
      redacted: ['details.diagnosis'],
    });
  });
  expect(audited()).toHaveLength(2);
  await running.app.close();
  expect(readRecorder('audit')).toBeUndefined();
});

it('a recorder in memory takes reads when it is told to, of one schema', async () => {
  const actions = defineActions({ 'Patient.read': { severity: 'warning' } });
  const recorder = new InMemoryRecorder({ actions });
  stop = recorder.takeReads('clinic');
  const clinic = readsOf('clinic');
  tell('Patient');
  await runAs({ id: 'vera' }, async () => {
    expect(await tell('Patient', { to: clinic, occurredAt: new Date(5) }).durable()).toBe('committed');
    tell('Patient', { to: clinic });
    tell('Patient', { to: clinic, gap: true });
  });
  await runAs({ id: 'vera' }, () => void tell('Patient', { to: clinic }));
  tell('Patient', { to: clinic });
  expect(recorder.entries.map(({ details, flags, severity }) => [details?.['reads'], flags, severity])).toEqual([
    [2, [], 'warning'],
    [undefined, ['gap'], 'warning'],
    [undefined, [], 'warning'],
    [undefined, ['no-context'], 'warning'],
  ]);
  expect(recorder.entries[0]?.occurredAt).toEqual(new Date(5));
  stop();
  tell('Patient', { to: clinic });
  expect(recorder.entries).toHaveLength(4);
});

it('what was forgotten is not counted on', async () => {
  const recorder = new InMemoryRecorder();
  stop = recorder.takeReads();
  await runAs({ id: 'vera' }, () => {
    tell('Patient');
    clearAudited();
    tell('Patient');
    expect(recorder.entries.map(({ details }) => details?.['reads'])).toEqual([undefined]);
  });
});

it('a read that cannot be recorded is no error of the read', async () => {
  stop = new InMemoryRecorder().takeReads();
  const receipt = readsOf('audit').read(factOf('Patient', { details: { no: () => 'JSON' } }));
  await expect(receipt.durable()).rejects.toMatchObject({ code: 'AUDIT_NOT_PLAIN_JSON' });
  await expectNothingAudited();
});
