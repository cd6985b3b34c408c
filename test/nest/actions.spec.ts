import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller, Get, HttpException, Logger, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { Audited, defineActions, type AuditEntry, type AuditModuleOptions } from '../../src/index.js';
import { closeAll, createLog, everythingStored, serve, type Log, type Served } from './app.js';

const actions = defineActions({
  'invoice.approve': {
    resource: 'Invoice',
    severity: 'notice',
    details: z.strictObject({ total: z.string().transform((total) => `EUR ${total}`) }),
  },
  'invoice.note': { resource: 'Invoice' },
  'invoice.import': {},
  'invoices.read': { resource: 'Invoice', severity: 'info' },
  'invoices.create': { resource: 'Invoice' },
});

@Controller('invoices')
class Invoices {
  @Audited('invoice.approve', {
    details: ({ result }) => ({ total: result && 'total' in result ? result.total : undefined }),
  })
  @Post(':id/approve')
  approve(@Param('id') id: string, @Query('total') total?: string, @Query('status') status?: string): object {
    if (status !== undefined) throw new HttpException('no', Number(status));
    return { id, ...(total === undefined ? {} : { total: total === 'wrong' ? { secretly: 1 } : total }) };
  }

  @Audited('invoice.note', { severity: 'critical', resource: () => ({ type: 'Note', id: 1 }) })
  @Post(':id/note')
  note(): string {
    return 'ok';
  }

  @Audited('invoice.note')
  @Get(':id/note')
  readNote(): string {
    return 'ok';
  }
}

@Controller('invoices')
class Unmarked {
  @Post(':id/send')
  send(): string {
    return 'ok';
  }

  @Get(':id')
  read(): string {
    return 'ok';
  }

  @Post()
  create(): object {
    return { id: 9 };
  }
}

@Controller()
class Misspelled {
  @Audited('invoice.improt')
  @Post('import')
  importAll(): string {
    return 'ok';
  }

  get unready(): never {
    throw new Error('not ready');
  }
}

let log: Log;
beforeAll(async () => void (log = await createLog()));
afterEach(closeAll);
afterAll(() => log.close());

const start = (audit: Partial<AuditModuleOptions>, controllers: object[] = [Invoices]): Promise<Served> =>
  serve(log.url, { controllers: controllers as never }, { audit: { actions, ...audit } });

async function entryOf(served: Served, method: string, path: string): Promise<{ status: number; entry: AuditEntry }> {
  const { id, status } = await served.send(method, path);
  const entries = await served.entries({ requestId: id });
  expect(entries).toHaveLength(1);
  return { status, entry: entries[0] as AuditEntry };
}

describe('a request whose action is in the catalogue', () => {
  it.each<[string, string, string, number, object]>([
    ['has its resource, severity and what the schema made of its details', 'POST', '7/approve?total=5', 201,
      { severity: 'notice', resource: { type: 'Invoice', id: '7' }, details: { total: 'EUR 5', http: { status: 201 } } }], // prettier-ignore
    ['says what does not fit, and is not lost', 'POST', '7/approve?total=wrong', 201,
      { outcome: 'success', severity: 'notice', resource: { type: 'Invoice', id: '7' },
        details: { refused: expect.stringMatching(/^details.total: not what the schema of invoice.approve takes \(zod\)/), http: { status: 201 } } }], // prettier-ignore
    ['that was denied needs no details', 'POST', '7/approve?status=403', 403,
      { outcome: 'denied', resource: { type: 'Invoice', id: '7' }, details: { http: { status: 403 } } }], // prettier-ignore
    ['that failed has those that fit', 'POST', '7/approve?status=409', 409, { outcome: 'failure', severity: 'notice' }],
    ['has the severity that its decorator says; another type than the defined one is told', 'POST', '7/note', 201,
      { severity: 'critical', resource: { type: 'Note', id: '1' }, details: { refused: expect.stringContaining('resource.type must be Invoice'), http: { status: 201 } } }], // prettier-ignore
    ['has the resource of the definition where the decorator says none', 'GET', '8/note', 200,
      { resource: { type: 'Invoice', id: '8' }, details: { http: { status: 200 } } }], // prettier-ignore
  ])('%s', async (_, method, path, status, expected) => {
    const errors: unknown[] = [];
    const served = await start({ onError: (error) => errors.push(error) });
    const { status: answered, entry } = await entryOf(served, method, `/invoices/${path}`);
    expect(answered).toBe(status);
    expect(entry).toMatchObject(expected);
    expect(await everythingStored(log.pool)).not.toContain('secretly');
  });
});

describe('an @Audited whose action nobody defined', () => {
  it('is told at the start, and marked in its entries', async () => {
    const said = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const served = await start({ probe: 'off' }, [Misspelled]);
    expect(said.mock.calls.map(([message]) => [message])).toEqual([
      [expect.stringMatching(/defines: invoice.improt \(did you mean invoice.import\?\)/)],
    ]);
    said.mockRestore();
    const { entry } = await entryOf(served, 'POST', '/import');
    expect(entry).toMatchObject({ action: 'invoice.improt', details: { unknownAction: true, http: { status: 201 } } });
  });

  it('keeps the application from starting with unknownActions: refuse', async () => {
    await expect(start({ unknownActions: 'refuse' }, [Misspelled, Invoices])).rejects.toThrow(
      /@Audited names what no catalogue defines: invoice.improt \(did you mean invoice.import\?\)/,
    );
  });

  it('is nothing special with unknownActions: allow, or without a catalogue', async () => {
    for (const options of [{ unknownActions: 'allow' }, { actions: undefined }] as const) {
      const served = await start(options, [Misspelled]);
      const { entry } = await entryOf(served, 'POST', '/import');
      expect(Object.keys(entry.details ?? {})).toEqual(['http']);
      await served.close();
    }
  });
});

describe('a request whose action is made out of method and route', () => {
  it.each<[string, string, string, object]>([
    ['is not marked', 'POST', '/invoices/7/send', { action: 'invoices.send', resource: { type: 'invoices', id: '7' } }],
    ['has the severity and the type of a catalogue that defines it', 'GET', '/invoices/7',
      { action: 'invoices.read', severity: 'info', resource: { type: 'Invoice', id: '7' } }], // prettier-ignore
    [
      'has them without an id in its route as well',
      'POST',
      '/invoices',
      { action: 'invoices.create', resource: { type: 'Invoice', id: '9' } },
    ],
  ])('%s', async (_, method, path, expected) => {
    const served = await start({ requests: 'all', unknownActions: 'refuse' }, [Unmarked]);
    const { entry } = await entryOf(served, method, path);
    expect(entry).toMatchObject(expected);
    expect(Object.keys(entry.details ?? {})).toEqual(['http']);
  });
});

describe('AuditService with a catalogue', () => {
  it('rejects what does not fit, takes what does, and knows logins, reads and changes', async () => {
    const served = await start({ unknownActions: 'refuse' });
    const { audit } = served;
    await expect(audit.record({ action: 'invoice.approve', details: { total: 5 } })).rejects.toMatchObject({
      code: 'AUDIT_EVENT_INVALID',
      facts: { member: 'details.total' },
    });
    await expect(audit.record({ action: 'invoice.aprove' })).rejects.toThrow('did you mean invoice.approve?');
    await audit.record({ action: 'invoice.approve', details: { total: '6' }, tenant: 'service' });
    await audit.login({ actor: { id: 'ann' }, tenant: 'service' });
    await audit.dataAccess({ resource: { type: 'Report', id: 1 }, tenant: 'service' });
    await audit.dataChange({ resource: { type: 'File', id: 2 }, new: { size: 1 }, tenant: 'service' });
    const stored = await served.entries({ tenant: 'service' });
    expect(
      stored.map(({ action, resource, severity, details }) => [action, resource?.type, severity, details]),
    ).toEqual([
      ['invoice.approve', 'Invoice', 'notice', { total: 'EUR 6' }],
      ['auth.login', undefined, undefined, undefined],
      ['Report.read', 'Report', undefined, undefined],
      ['File.create', 'File', undefined, undefined],
    ]);
  });
});

it('takes the catalogue of audit.config', async () => {
  const served = await serve(log.url, { controllers: [Invoices] }, { audit: { config: { actions }, probe: 'off' } });
  const { entry } = await entryOf(served, 'POST', '/invoices/9/approve?total=5');
  expect(entry.details).toMatchObject({ total: 'EUR 5' });
});
