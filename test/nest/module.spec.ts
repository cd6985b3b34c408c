import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AuditModule, AuditService, createAudit, isAuditError, type AuditModuleOptions } from '../../src/index.js';
import { createDatabase } from '../support/database.js';
import { closeAll, createLog, listen, serve, type Log } from './app.js';
import { Ping } from './items-app.js';

let log: Log;
beforeAll(async () => {
  log = await createLog();
});
afterAll(async () => {
  await closeAll();
  await log.close();
});

@Injectable()
class Settings {
  readonly url = log.url;
}
@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class Factory {
  create(): AuditModuleOptions {
    return { databaseUrl: log.url, actor: () => ({ id: 'from-class', type: 'service' }) };
  }
}

/** Deep in the application, in a module that imports nothing. */
@Injectable()
class Deep {
  constructor(@Inject(AuditService) readonly audit: AuditService) {}
}
@Module({ providers: [Deep] })
class DeepModule {}

function root(audit: DynamicModule, ...imports: Type[]): Type {
  // oxlint-disable-next-line typescript/no-extraneous-class -- decorated below
  class Root {}
  Module({ imports: [audit, ...imports], controllers: [Ping] })(Root);
  return Root;
}
const create = (module: Type) =>
  NestFactory.create<NestExpressApplication>(module, { logger: false, abortOnError: false });

describe('AuditModule', () => {
  it.each<[string, () => DynamicModule, string]>([
    [
      'forRoot',
      () => AuditModule.forRoot({ databaseUrl: log.url, actor: () => ({ id: 'root', type: 'service' }) }),
      'root',
    ],
    [
      'forRootAsync with inject',
      () =>
        AuditModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: async ({ url }: Settings) =>
            await Promise.resolve({ databaseUrl: url, actor: () => ({ id: 'async', type: 'service' }) }),
        }),
      'async',
    ],
    ['forRootAsync with useClass', () => AuditModule.forRootAsync({ useClass: Factory }), 'from-class'],
  ])('is registered with %s, and its service is there in every module', async (_name, register, actor) => {
    const served = await listen(await create(root(register(), DeepModule)));
    const { id } = await served.send('GET', '/ping');
    expect((await served.entries({ requestId: id })).map((entry) => entry.actor?.['id'])).toEqual([actor]);
    expect(served.app.get(Deep, { strict: false }).audit).toBe(served.audit);
    await served.close();
  });

  it('is not global when told so', async () => {
    const audit = AuditModule.forRoot({ databaseUrl: log.url, isGlobal: false });
    await expect(create(root(audit, DeepModule))).rejects.toThrow(/AuditService/);
    const app = await create(root(audit));
    expect(app.get(AuditService, { strict: false })).toBeInstanceOf(AuditService);
    await app.close();
  });

  it.each<[string, object, RegExp]>([
    ['no URL', { databaseUrl: undefined }, /databaseUrl is missing: pass the URL.*process\.env/],
    ['a URL of another database', { databaseUrl: 'mysql://user:hunter2@host/db' }, /postgresql:\/\/user/],
    [
      'an unknown option',
      { databseUrl: 'x' },
      /no option "databseUrl"; there are databaseUrl,.* actor, tenant, session/,
    ],
    ['a schema that is no name', { schema: 'a"b' }, /schema/],
    ['a number out of range', { flushIntervalMs: 0 }, /flushIntervalMs must be a whole number from 1 to 60000, not 0/],
    ['a sealer that is no object', { seal: 'yes' }, /seal must be true, false or an object/],
    ['an actor that is no function', { actor: { id: 'me' } }, /actor must be a function of the request/],
    ['a tenant that is no function', { tenant: 'acme' }, /tenant must be a function of the request/],
    ['a session that is no function', { session: 'sid' }, /session must be a function of the request/],
  ])('does not start with %s, and says what to write instead', async (_name, wrong, message) => {
    const audit = AuditModule.forRoot({ databaseUrl: log.url, ...wrong });
    const error: unknown = await create(root(audit)).catch((thrown: unknown) => thrown);
    expect(isAuditError(error, 'AUDIT_OPTIONS_INVALID')).toBe(true);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain('hunter2');
  });

  it('does not start when a factory gives nothing', async () => {
    const audit = AuditModule.forRootAsync({ useFactory: () => undefined as never });
    await expect(create(root(audit))).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID' });
  });

  it('does not start on a database where the log is not installed, and names the command that installs it', async () => {
    const database = await createDatabase();
    const app = await create(root(AuditModule.forRoot({ databaseUrl: database.url })));
    const error: unknown = await app.init().catch((thrown: unknown) => thrown);
    expect(isAuditError(error, 'AUDIT_SCHEMA_MISSING')).toBe(true);
    expect(String(error)).toContain('npx nestjs-prisma-audit migrate');
    await app.close().catch(() => undefined);
    await database.drop();
  });
});

describe('a shutdown', () => {
  it('seals everything that was recorded before it, and lets go of the database', async () => {
    const served = await serve(log.url, { controllers: [Ping] }, { audit: { flushIntervalMs: 60_000 } });
    const { id } = await served.send('GET', '/ping');
    for (let i = 0; i < 250; i += 1) await served.audit.record({ action: 'shutdown.each', details: { i } });
    const { rows: before } = await log.pool.query(`select from audit.content where header like '%shutdown.each%'`);
    expect(before).toHaveLength(0);
    await served.close();

    const { rows } = await log.pool.query(
      `select count(*)::int as entries from audit.entry where action = 'shutdown.each' or request_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ entries: 251 }]);
    // The server takes a moment to see that a client has gone.
    let left = 1;
    for (let tries = 0; left > 0 && tries < 50; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      const { rowCount } = await log.pool.query(
        `select from pg_stat_activity where datname = current_database() and application_name = 'nestjs-prisma-audit'`,
      );
      left = rowCount ?? 0;
    }
    expect(left).toBe(0);
    await expect(served.audit.record({ action: 'too.late' })).rejects.toMatchObject({ code: 'AUDIT_CLOSED' });
  });

  it('leaves what it wrote for another process to seal, when this one does not', async () => {
    const served = await serve(log.url, { controllers: [Ping] }, { audit: { seal: false } });
    const { id } = await served.send('GET', '/ping');
    await served.close();
    const sealer = createAudit({ databaseUrl: log.url });
    sealer.start();
    await sealer.flush();
    expect((await sealer.query.find({ requestId: id })).entries).toHaveLength(1);
    await sealer.close();
  });
});
