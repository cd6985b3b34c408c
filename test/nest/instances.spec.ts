import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AuditModule, AuditService, getAuditToken, InjectAudit } from '../../src/index.js';
import { closeAll, createLog, listen, type Log } from './app.js';
import { Ping } from './items-app.js';

let mainLog: Log;
let billingLog: Log;
beforeAll(async () => {
  [mainLog, billingLog] = await Promise.all([createLog(), createLog()]);
});
afterAll(async () => {
  await closeAll();
  await Promise.all([mainLog.close(), billingLog.close()]);
});

/** Deep in the application, in a module that imports nothing. */
@Injectable()
class Payments {
  constructor(
    @InjectAudit('billing') readonly billing: AuditService,
    @Inject(AuditService) readonly main: AuditService,
    @InjectAudit() readonly same: AuditService,
  ) {}
}
@Module({ providers: [Payments] })
class PaymentsModule {}

const create = async (...imports: (DynamicModule | Type)[]): Promise<NestExpressApplication> => {
  // oxlint-disable-next-line typescript/no-extraneous-class -- decorated below
  class Root {}
  Module({ imports, controllers: [Ping] })(Root);
  return await NestFactory.create<NestExpressApplication>(Root, { logger: false, abortOnError: false });
};
const actionsIn = async ({ pool }: Log): Promise<string[]> => {
  const { rows } = await pool.query(`select header::json ->> 'action' as action from audit.content where source <> 'control' order by pos`); // prettier-ignore
  return rows.map(({ action }: { action: string }) => action);
};

describe('two audits in one application', () => {
  it('are injected by name, each with its log; requests are recorded once, by the one without a name', async () => {
    const served = await listen(
      await create(
        AuditModule.forRootAsync({ name: 'billing', useFactory: () => ({ databaseUrl: billingLog.url }) }),
        AuditModule.forRoot({ databaseUrl: mainLog.url }),
        PaymentsModule,
      ),
    );
    const payments = served.app.get(Payments, { strict: false });
    expect(payments.main).toBe(payments.same);
    expect(served.app.get(AuditService, { strict: false })).toBe(payments.main);
    expect(served.app.get(getAuditToken('billing'), { strict: false })).toBe(payments.billing);
    expect(payments.billing).not.toBe(payments.main);

    await served.send('GET', '/ping');
    await payments.billing.record({ action: 'payment.made' });
    await payments.main.record({ action: 'note.made' });
    await served.close();
    expect((await actionsIn(mainLog)).toSorted()).toEqual(['note.made', 'ping']);
    expect(await actionsIn(billingLog)).toEqual(['payment.made']);
  });

  it('are refused where a mistake would leave it open which one is meant, before anything is opened', async () => {
    const named = (name?: string) => AuditModule.forRoot({ databaseUrl: mainLog.url, ...(name ? { name } : {}) });
    const cases: [DynamicModule[], RegExp][] = [
      [[named(), named()], /AuditModule\.forRoot\(\) is there twice without a name/],
      [[named(), named('b'), named('b')], /there are two audits with the name "b"/],
      [[named('a'), named('b')], /of the audits a, b none would record requests: leave out the name/],
      [[AuditModule.forRootAsync({ useFactory: () => ({ databaseUrl: mainLog.url, name: 'late' }) as never })], /name stands beside the factory/],
    ]; // prettier-ignore
    for (const [modules, message] of cases)
      await expect(create(...modules)).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringMatching(message) }); // prettier-ignore
    expect(() => named('no name')).toThrow(/name must be 1-64 letters/);
  });

  it('may be one module that is imported in two places', async () => {
    const audit = AuditModule.forRoot({ databaseUrl: mainLog.url });
    // oxlint-disable-next-line typescript/no-extraneous-class -- decorated below
    class Feature {}
    Module({ imports: [audit] })(Feature);
    const app = await create(audit, Feature);
    await app.close();
  });
});

describe('an audit that is alone and has a name', () => {
  it('records the requests', async () => {
    const before = (await actionsIn(billingLog)).length;
    const app = await create(AuditModule.forRoot({ name: 'billing', databaseUrl: billingLog.url }));
    await app.listen(0, '127.0.0.1');
    expect(await (await fetch(`${await app.getUrl()}/ping`)).text()).toBe('pong');
    await app.close();
    expect((await actionsIn(billingLog)).slice(before)).toEqual(['ping']);
  });
});
