import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, ForbiddenException, Get, HttpCode, Inject, Post, UnauthorizedException } from '@nestjs/common';
import { Audited, AuditService, runAs } from '../../src/index.js';
import { createLog, serve, type Log, type Served } from './app.js';

const ann = { id: 'ann', type: 'user', email: 'ann@example.test' };

@Controller()
class Desk {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}

  @Audited('desk.login')
  @Post('login')
  @HttpCode(200)
  async login(): Promise<void> {
    await this.audit.login({ actor: ann });
    await this.audit.record({ action: 'desk.welcome' });
  }

  @Audited('desk.login')
  @Post('wrong')
  async wrong(): Promise<void> {
    await this.audit.login({ actor: { id: 'ann?', email: ann.email }, outcome: 'failure', reason: 'wrong password' });
    throw new UnauthorizedException();
  }

  @Get('read')
  async read(): Promise<void> {
    await this.audit.dataAccess({ resource: { type: 'Report', id: 7n }, details: { rows: 3 } });
  }

  @Get('change')
  async change(): Promise<void> {
    const resource = { type: 'Setting', id: ['eu', 'limit'] };
    await this.audit.dataChange({ resource, new: { limit: 1 } });
    await this.audit.dataChange({
      resource,
      old: { limit: 1 },
      new: { limit: 2, apiKey: 'k-123' },
      reason: 'ticket 9',
    });
    await this.audit.dataChange({ resource, old: { limit: 2 } });
  }

  @Audited('desk.actor')
  @Get('actor')
  async actor(): Promise<void> {
    this.audit.setActor(ann);
    await this.audit.record({ action: 'actor.one' });
    await this.audit.runAs({ id: 'robot', type: 'service', onBehalfOf: 'ann' }, () =>
      this.audit.record({ action: 'actor.two' }),
    );
    await this.audit.withContext({ tenant: 'acme' }, () => this.audit.record({ action: 'actor.three' }));
    throw new ForbiddenException();
  }
}

let log: Log;
let served: Served;
beforeAll(async () => {
  log = await createLog();
  served = await serve(log.url, { controllers: [Desk] });
});
afterAll(async () => {
  await served.close();
  await log.close();
});
const play = async (method: string, path: string, tenant?: string) => {
  const { id } = await served.send(method, path);
  return await served.entries({ requestId: id, tenant });
};

describe('AuditService in a request', () => {
  it('login names the actor, who acts in the rest of the request', async () => {
    const entries = await play('POST', '/login');
    expect(
      entries.map(({ action, outcome, actor }) => JSON.stringify([action, outcome, actor?.['id']])).sort(),
    ).toEqual(['["auth.login","success","ann"]', '["desk.login","success","ann"]', '["desk.welcome","success","ann"]']);
    expect(new Set(entries.map(({ group }) => group)).size).toBe(1);
  });

  it('a failed login keeps whom it was tried for as a claim: nobody acts, then or afterwards', async () => {
    const entries = await play('POST', '/wrong');
    const claimed = { id: 'ann?', email: 'ann@example.test', verified: false };
    expect(entries).toHaveLength(2);
    for (const action of ['auth.login', 'desk.login']) {
      const entry = entries.find((each) => each.action === action);
      expect(entry).toMatchObject({ outcome: 'failure', details: { claimed }, actor: { type: 'anonymous' } });
      expect(entry?.actor).not.toHaveProperty('id');
      expect(entry?.actor).not.toHaveProperty('email');
    }
    expect(entries.find((each) => each.action === 'auth.login')).toMatchObject({ reason: 'wrong password' });
  });

  it("a login that failed outside of a request is nobody's either", async () => {
    await served.audit.login({ actor: { id: 'eve' }, outcome: 'denied', details: { via: 'socket' } });
    const entries = await served.entries({ action: 'auth.login' });
    expect(entries.find((entry) => entry.outcome === 'denied')).toMatchObject({
      actor: { type: 'anonymous' },
      details: { via: 'socket', claimed: { id: 'eve', verified: false } },
    });
  });

  it('dataAccess says that somebody saw something', async () => {
    expect(await play('GET', '/read')).toEqual([
      expect.objectContaining({
        source: 'read',
        action: 'Report.read',
        outcome: 'success',
        resource: { type: 'Report', id: '7' },
        details: { rows: 3 },
      }),
    ]);
  });

  it('dataChange is a create, an update or a delete by the values it has', async () => {
    const entries = await play('GET', '/change');
    expect(entries.map((entry) => entry.action)).toEqual(['Setting.create', 'Setting.update', 'Setting.delete']);
    expect(entries.map((entry) => entry.resource)).toEqual(
      Array.from({ length: 3 }, () => ({ type: 'Setting', id: '["eu","limit"]' })),
    );
    expect(entries[1]).toMatchObject({
      reason: 'ticket 9',
      old: { limit: 1 },
      new: { limit: 2, apiKey: '[redacted]' },
    });
    expect(entries[1]?.flags).toEqual(['redacted']);
  });

  it('setActor, runAs and withContext change who acts and where, and nothing of the unit of work', async () => {
    const entries = [...(await play('GET', '/actor')), ...(await play('GET', '/actor', 'acme'))];
    const acting = new Map(entries.map(({ action, actor }) => [action, actor?.['id']]));
    expect(Object.fromEntries(acting)).toEqual({
      'actor.one': 'ann',
      'actor.two': 'robot',
      'actor.three': 'ann',
      'desk.actor': 'ann',
    });
  });

  it('outside of a request records what runAs says, as a unit of its own', async () => {
    await runAs({ id: 'nightly', type: 'system' }, async () => {
      await served.audit.record({ action: 'job.start' });
      await served.audit.record({ action: 'job.end' });
    });
    const entries = await served.entries({ action: 'job.*' });
    expect(entries.map(({ action, actor, flags }) => [action, actor?.['id'], flags])).toEqual([
      ['job.start', 'nightly', []],
      ['job.end', 'nightly', []],
    ]);
    expect(new Set(entries.map(({ group }) => group)).size).toBe(1);
  });

  it('refuses a wrong event where it is recorded, with the member and the rule', async () => {
    await expect(served.audit.record({ action: 'no good!' })).rejects.toMatchObject({
      code: 'AUDIT_EVENT_INVALID',
      facts: { member: 'action' },
    });
    await expect(served.audit.dataAccess({ resource: { type: '' } })).rejects.toMatchObject({
      code: 'AUDIT_EVENT_INVALID',
    });
  });
});
