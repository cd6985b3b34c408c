import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ConsoleLogger, Logger, Module, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditError, AuditModule } from '../../src/index.js';
import { AuditLog } from '../../src/nest/audit-log.js';
import { createQuickstart, type Quickstart } from '../support/quickstart.js';
import { closeAll, listen } from './app.js';
import { Ping } from './items-app.js';

let world: Quickstart;
beforeAll(async () => {
  world = await createQuickstart();
});
afterEach(() => void jest.restoreAllMocks());
afterAll(async () => {
  await closeAll();
  await world.close();
});

type Line = [message: unknown, facts: unknown];

function lines(): Line[] {
  const said: Line[] = [];
  for (const level of ['log', 'warn', 'error', 'debug', 'verbose'] as const)
    jest.spyOn(Logger.prototype, level).mockImplementation((...args: unknown[]) => {
      expect(args).toHaveLength(2);
      said.push(args as Line);
    });
  return said;
}

describe('the log of the module', () => {
  it('says that nobody signs, and nothing more from a normal start to a normal end', async () => {
    const said: unknown[] = [];
    const note = (...args: unknown[]): void => void said.push(args);
    const logger: LoggerService = { log: note, warn: note, error: note, debug: note, verbose: note };
    @Module({ imports: [AuditModule.forRoot({ databaseUrl: world.url })], controllers: [Ping] })
    class Root {}
    const served = await listen(await NestFactory.create(Root, { logger }));
    await served.send('GET', '/ping');
    await served.close();
    Logger.overrideLogger(false);
    expect(said.filter((args) => (args as unknown[]).at(-1) === 'Audit')).toEqual([
      [expect.stringContaining('level L0: nobody signs it'), { configured: 'L0' }, 'Audit'],
    ]);
    expect(said.length).toBeGreaterThan(3); // Nest's own
  });

  it('gives the message, then one object with the code and plain facts', () => {
    const said = lines();
    const audit = new AuditLog();
    audit.warn(
      new AuditError('AUDIT_FLUSH_TIMEOUT', '3 rows', { unsealed: 3, nested: { secret: 'hunter2' }, ok: true }),
    );
    audit.error('2 events are lost', { lost: 2 });
    expect(said).toEqual([
      ['3 rows [AUDIT_FLUSH_TIMEOUT]', { code: 'AUDIT_FLUSH_TIMEOUT', unsealed: 3, ok: true }],
      ['2 events are lost', { lost: 2 }],
    ]);
  });

  it('writes one line a minute of a trouble that lasts, with the number of those it left out', () => {
    const said = lines();
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const audit = new AuditLog();
    const refused = (port: number): Error => Object.assign(new Error(`connect ECONNREFUSED 10.0.0.1:${port}`), { code: 'ECONNREFUSED' }); // prettier-ignore
    for (let i = 0; i < 1_000; i += 1) {
      now = i;
      audit.tell(refused(i));
      audit.tell(new AuditError('AUDIT_QUEUE_FULL', `${i} events wait`));
    }
    expect(said).toHaveLength(2);
    now = 62_000;
    audit.tell(refused(1));
    expect(said[2]).toEqual([expect.stringContaining('ECONNREFUSED'), { code: 'ECONNREFUSED', repeated: 999 }]);
  });

  it('stays bounded when every error is of another kind', () => {
    const said = lines();
    const audit = new AuditLog();
    for (let i = 0; i < 1_000; i += 1) audit.tell(Object.assign(new Error('odd'), { code: `ODD_${i}` }));
    expect(said.length).toBeLessThanOrEqual(30);
  });

  it.each<[string, unknown]>([
    ['a connection string', new Error('cannot reach postgresql://app:hunter2@db/app')],
    ['a password by its name', new Error('{"password": "hunter2"}')],
    ['a value that PostgreSQL quotes', new Error('invalid input syntax for type uuid: "hunter2"')],
    ['a key that PostgreSQL quotes', new Error('Key (email)=(hunter2) already exists.')],
    ['the detail of a driver error', Object.assign(new Error('duplicate key'), { detail: 'Key (email)=(hunter2)', code: '23505' })],
    ['facts that are objects', new AuditError('AUDIT_EVENT_INVALID', 'wrong', { event: { a: 'hunter2' } })],
  ])('does not repeat %s', (_name, error) => {
    const said = lines();
    new AuditLog().tell(error);
    expect(said).toHaveLength(1);
    expect(JSON.stringify(said)).not.toContain('hunter2');
  }); // prettier-ignore

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'text'],
    ['an object without a prototype', Object.create(null)],
    ['a getter that throws', Object.defineProperty(new Error('x'), 'message', { get: () => { throw new Error('no'); } })],
    ['an AggregateError', new AggregateError([new Error('a')])],
  ])('survives what was thrown, when it is %s', (_name, error) => {
    const said = lines();
    new AuditLog().tell(error);
    expect(said).toEqual([[expect.stringMatching(/./), expect.objectContaining({ code: expect.any(String) })]]);
  }); // prettier-ignore

  it('survives a logger that throws', () => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {
      throw new Error('disk full');
    });
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {
      throw new Error('disk full');
    });
    const audit = new AuditLog();
    expect(() => audit.tell(new Error('x'))).not.toThrow();
    expect(() => audit.error('x', {})).not.toThrow();
  });

  it('leaves all to onError where there is one, each time, and survives it', () => {
    const said = lines();
    const told: unknown[] = [];
    const audit = new AuditLog('billing', {
      onError(error) {
        told.push(error);
        throw error;
      },
    });
    for (let i = 0; i < 100; i += 1) audit.tell(new Error('the same'));
    expect(told).toHaveLength(100);
    expect(said).toEqual([]);
  });

  it('is read well by the console logger of Nest', () => {
    const printed: string[] = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
    Logger.overrideLogger(new ConsoleLogger({ colors: false, json: true }));
    new AuditLog('billing').warn(new AuditError('AUDIT_FLUSH_TIMEOUT', '3 rows', { unsealed: 3 }));
    Logger.overrideLogger(false);
    expect(printed.join('')).toContain('"context":"Audit billing"');
    expect(printed.join('')).toContain('3 rows [AUDIT_FLUSH_TIMEOUT]');
  });
});
