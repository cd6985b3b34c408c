/**
 * A Nest application in a container: it listens, says so, and ends by SIGTERM. Ends as well when its input does, that is, when
 * its parent is gone.
 *
 * Arguments: database URL, `audited` or `plain`.
 */
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Inject, Module, Optional } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Audited, AuditModule, AuditService } from '../../dist/esm/index.js';

const [databaseUrl, how] = process.argv.slice(2);
process.stdin.on('end', () => process.exit(9)).resume();

class Work {
  constructor(audit) {
    this.audit = audit;
  }
  async work() {
    process.stdout.write('working\n');
    await this.audit?.record({ action: 'work.begun' });
    await sleep(300); // goes on while the application is told to end
    await this.audit?.record({ action: 'work.done' });
    return 'done';
  }
  async onApplicationShutdown() {
    await this.audit?.record({ action: 'work.closed' });
  }
}
Optional()(Work, undefined, 0);
Inject(AuditService)(Work, undefined, 0);
Controller('work')(Work);
const handler = Object.getOwnPropertyDescriptor(Work.prototype, 'work');
Get()(Work.prototype, 'work', handler);
Audited('work')(Work.prototype, 'work', handler);
Object.defineProperty(Work.prototype, 'work', handler);

// oxlint-disable-next-line typescript/no-extraneous-class -- decorated below
class Root {}
// Nothing is written before it has to be: what arrives was written by the shutdown.
const audit = AuditModule.forRoot({ databaseUrl, flushIntervalMs: 60_000, probe: 'off' });
Module({ imports: how === 'audited' ? [audit] : [], controllers: [Work] })(Root);

const app = await NestFactory.create(Root, { logger: ['warn', 'error'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.stdout.write(`listening ${await app.getUrl()}\n`);
