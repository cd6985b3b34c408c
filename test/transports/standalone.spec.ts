import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Controller, Injectable, Module, Scope } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { OnEvent } from '@nestjs/event-emitter';
import { Interval } from '@nestjs/schedule';
import { lastValueFrom, timeout } from 'rxjs';
import { Audited, AuditModule, AuditService, runAs, SkipAudit, type AuditEntry } from '../../src/index.js';
import { createLog, type Log } from '../nest/app.js';
import { freePort } from '../support/server-of.js';

let log: Log;
beforeAll(async () => void (log = await createLog()));
afterAll(() => log.close());

let after = new Date(0);
async function recorded(audit: AuditService): Promise<readonly (readonly unknown[])[]> {
  await audit.flush();
  const { entries } = await audit.query.find({ order: 'oldest', limit: 100, from: after });
  after = new Date(Date.now() + 1);
  await new Promise((resolve) => setTimeout(resolve, 2));
  return entries
    .filter(({ source }: AuditEntry) => source !== 'control')
    .map(({ action, outcome, actor }) => [action, outcome, actor?.['id']]);
}

const ran: unknown[] = [];

@Injectable()
class Plain {
  @Audited('plain.lazy')
  lazy(): PromiseLike<string> {
    // As a promise of Prisma's: it does nothing before it is waited for.
    const then: PromiseLike<string>['then'] = (ok, fail) => {
      ran.push('sent');
      return Promise.resolve('done').then(ok, fail);
    };
    // oxlint-disable-next-line unicorn/no-thenable -- that is what it is
    return { then, [Symbol.toStringTag]: 'PrismaPromise' } as PromiseLike<string>;
  }
  @Audited('plain.sync', { when: ({ args }) => args?.[0] !== 'unseen' })
  sync(what: string): string {
    if (what === 'fail') throw new RangeError('not this');
    return what;
  }
  @Audited('plain.again')
  again(times: number): number {
    return times > 0 ? this.again(times - 1) + 1 : 0;
  }
  @SkipAudit()
  @Audited('plain.skipped')
  skipped(): string {
    return 'skipped';
  }
  @Audited('plain.static')
  static shared(): string {
    return 'shared';
  }
}

@Controller()
@Injectable({ scope: Scope.REQUEST })
class Scoped {
  @MessagePattern('scoped')
  @Audited('scoped.take')
  take(): string {
    return 'taken';
  }
}

@Module({ imports: [], providers: [Plain], controllers: [Scoped] })
class Work {}

function rooted(extra: object[] = [], onError?: (error: unknown) => void): new () => object {
  // oxlint-disable-next-line typescript/no-extraneous-class -- decorated below
  class Root {}
  Module({ imports: [AuditModule.forRoot({ databaseUrl: log.url, onError }), Work, ...(extra as [])] })(Root);
  return Root;
}

it('in a standalone context a method that is audited leaves an entry, and gives what it gave', async () => {
  const told: unknown[] = [];
  const app = await NestFactory.createApplicationContext(
    rooted([], (error) => told.push(error)),
    { logger: false },
  );
  const plain = app.get(Plain);
  const audit = app.get(AuditService);
  expect(plain.sync('now')).toBe('now');
  expect(() => plain.sync('fail')).toThrow(RangeError);
  expect(plain.sync('unseen')).toBe('unseen');
  expect(plain.skipped()).toBe('skipped');
  expect(Plain.shared()).toBe('shared');
  expect((await recorded(audit)).map(([action, outcome]) => [action, outcome])).toEqual([
    ['plain.sync', 'success'],
    ['plain.sync', 'failure'],
    ['plain.static', 'success'],
  ]);

  expect(plain.again(2)).toBe(2);
  expect((await recorded(audit)).map(([action]) => action)).toEqual(['plain.again', 'plain.again', 'plain.again']);

  const lazy = plain.lazy();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(ran.splice(0)).toEqual([]);
  expect(await lazy).toBe('done');
  expect(ran.splice(0)).toEqual(['sent']);
  expect((await recorded(audit)).map(([action, outcome]) => [action, outcome])).toEqual([['plain.lazy', 'success']]);
  await app.close();
  // Nobody is there to tell: the method does what it does.
  told.length = 0;
  expect(plain.sync('after the end')).toBe('after the end');
  expect(told).toEqual([]);
});

it('a microservice alone, with a controller that is made for each message', async () => {
  const options = { transport: Transport.TCP, options: { port: await freePort() } } as const;
  const app = await NestFactory.createMicroservice(rooted(), { ...options, logger: false });
  await app.listen();
  const client = ClientProxyFactory.create(options);
  expect(await lastValueFrom(client.send('scoped', {}).pipe(timeout(5_000)))).toBe('taken');
  expect((await recorded(app.get(AuditService))).map(([action, outcome]) => [action, outcome])).toEqual([
    ['scoped.take', 'success'],
  ]);
  client.close();
  await app.close();
});

@Injectable()
class Sweep {
  @Interval(60_000)
  @Audited('sweep', { reason: 'required' })
  sweep(): void {
    // never called
  }
}
@Injectable()
@Audited()
class NoHandler {
  work(): void {
    // called by nobody that anybody knows of
  }
}

it.each([
  ['a cron job that requires a reason', Sweep, 'Sweep.sweep'],
  ['a class that is marked and has no handler', NoHandler, 'the class NoHandler'],
])('%s keeps the application from starting', async (_name, provider, named) => {
  @Module({ providers: [provider] })
  class Broken {}
  const started = NestFactory.createApplicationContext(rooted([Broken]), { logger: false, abortOnError: false });
  await expect(started).rejects.toMatchObject({
    code: 'AUDIT_OPTIONS_INVALID',
    message: expect.stringContaining(named),
  });
});

it.each([
  ['a provider that is only called Queue', 'own', (queue: object) => queue],
  ['a queue that cannot be changed', 'BullQueue_own', Object.freeze],
])('%s is left alone', async (_name, token, prepare) => {
  class Queue {
    readonly calls: unknown[][] = [];
    add(...args: unknown[]): void {
      this.calls.push(args);
    }
    addBulk(...args: unknown[]): void {
      this.calls.push(args);
    }
  }
  const queue = new Queue();
  @Module({ providers: [{ provide: token, useValue: prepare(queue) }] })
  class WithQueue {}
  const app = await NestFactory.createApplicationContext(rooted([WithQueue]), { logger: false });
  await runAs({ id: 'ann' }, () => queue.add('a', { b: 1 }, { c: 2 }, 'fourth'));
  queue.addBulk([], 'more');
  expect(queue.calls).toEqual([
    ['a', { b: 1 }, { c: 2 }, 'fourth'],
    [[], 'more'],
  ]);
  expect(Object.keys(queue)).toEqual(['calls']);
  await app.close();
});

it('a handler that nobody marked gives what it gave', async () => {
  const promise = Promise.resolve(7);
  @Injectable()
  class Listener {
    @OnEvent('made')
    made(): object {
      return promise;
    }
  }
  @Module({ providers: [Listener] })
  class WithListener {}
  const app = await NestFactory.createApplicationContext(rooted([WithListener]), { logger: false });
  expect(app.get(Listener).made()).toBe(promise);
  await app.close();
});
