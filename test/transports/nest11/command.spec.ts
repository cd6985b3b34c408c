import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Command, CommandFactory, CommandRunner, CommandRunnerService } from 'nest-commander';
import { actorOf, currentContext } from '../../../src/context/context.js';
import { Audited, AuditModule, AuditService } from '../../../src/index.js';
import { createLog, type Log } from '../../nest/app.js';

// Here and not beside the others: nest-commander requires Nest, which jest on Node 20 cannot do with Nest 12.
let log: Log;
beforeAll(async () => void (log = await createLog()));
afterAll(() => log.close());

const ran: unknown[] = [];

@Injectable()
@Command({ name: 'clean', arguments: '<what>' })
@Audited('files.clean', { details: ({ args }) => ({ what: args?.[0] }) })
class CleanCommand extends CommandRunner {
  run([what]: string[]): Promise<void> {
    ran.push([what, actorOf(currentContext())?.id]);
    return what === 'nothing' ? Promise.reject(new RangeError('nothing to clean')) : Promise.resolve();
  }
}

it('a command leaves an entry, whatever becomes of it', async () => {
  @Module({ imports: [AuditModule.forRoot({ databaseUrl: log.url })], providers: [CleanCommand] })
  class Root {}
  const app = await CommandFactory.createWithoutRunning(Root, { logger: false, serviceErrorHandler: () => undefined });
  const audit = app.get(AuditService, { strict: false });
  await app.init();
  for (const what of ['all', 'nothing'])
    await app.get(CommandRunnerService, { strict: false }).run(['node', 'test', 'clean', what]);
  expect(ran).toEqual([
    ['all', 'CleanCommand.run'],
    ['nothing', 'CleanCommand.run'],
  ]);
  await audit.flush();
  const { entries } = await audit.query.find({ order: 'oldest' });
  expect(
    entries
      .filter(({ source }) => source !== 'control')
      .map(({ action, outcome, actor }) => [action, outcome, actor?.['id']]),
  ).toEqual([
    ['files.clean', 'success', 'CleanCommand.run'],
    ['files.clean', 'failure', 'CleanCommand.run'],
  ]);
  await app.close();
});
