import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Param, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { currentContext } from '../../src/context/index.js';
import { setActor } from '../../src/index.js';
import { readsOf } from '../../src/recorder/read.port.js';
import { closeAll, createLog, serve, type Log, type Served } from './app.js';

/** As a client with audited reads tells of one. */
function find(id: string): void {
  readsOf('audit').read({
    event: { action: 'Patient.read', resource: { type: 'Patient', id }, details: { count: 1 }, occurredAt: new Date() },
    context: currentContext(),
  });
}

/** Reads at its start, before the audit runs, and at its end, while it still does. */
@Injectable()
class Warm implements OnModuleInit, BeforeApplicationShutdown {
  onModuleInit(): void {
    find('init');
  }
  beforeApplicationShutdown(): void {
    find('shutdown');
  }
}

@Controller('patients')
class Patients {
  @Get(':id')
  one(@Param('id') id: string): string {
    for (let i = 0; i < 3; i += 1) find(id);
    return 'one';
  }
  @Get(':id/after-login')
  login(@Param('id') id: string): string {
    find(id);
    setActor({ id: 'walter' });
    find(id);
    return 'two';
  }
}

let log: Log;
let served: Served;
beforeAll(async () => {
  log = await createLog();
});
afterEach(closeAll);
afterAll(() => log.close());

describe('in a Nest application', () => {
  it('reads have the request, and are folded within it; those before the start and before the end are there', async () => {
    const metadata = { controllers: [Patients], providers: [Warm] };
    served = await serve(log.url, metadata, {
      audit: { actor: ({ headers }) => ({ id: headers['x-user'] as string }) },
    });
    const answers = await Promise.all(
      ['vera', 'wilma'].map((user) => served.send('GET', '/patients/7', { 'x-user': user })),
    );
    const login = await served.send('GET', '/patients/9/after-login', { 'x-user': 'vera' });
    const reads = async () =>
      (await served.entries({ action: 'Patient.read' })).filter(({ source }) => source === 'read');
    const found = await reads();
    const said = found.map(({ resource, actor, details, flags }) =>
      JSON.stringify([resource?.id, actor?.['id'], details?.['reads'] ?? 1, ...flags]),
    );
    expect(new Set(said)).toEqual(
      new Set([
        '["7","vera",3]',
        '["7","wilma",3]',
        '["9","vera",1]',
        '["9","walter",1]',
        `["init","process:${process.pid}",1,"no-context"]`,
      ]),
    );
    expect(said).toHaveLength(5);
    const ids = new Set(found.map(({ actor }) => actor?.['requestId']));
    for (const { id } of [...answers, login]) expect(ids).toContain(id);
    await closeAll();
    const { rows } = await log.pool.query(
      `select resource_id from audit.content where model = 'Patient' order by pos desc limit 1`,
    );
    expect(rows).toEqual([{ resource_id: 'shutdown' }]);
  });
});
