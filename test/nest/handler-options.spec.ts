import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { APP_GUARD } from '@nestjs/core';
import { Audit } from '../../src/compose/create-audit.js';
import { DATABASE_URL, PrismaService } from '../../examples/quickstart/src/prisma.service.js';
import { Audited, type AuditEntry } from '../../src/index.js';
import { createQuickstart, type Quickstart } from '../support/quickstart.js';
import { everythingStored, serve, type Answer, type Served } from './app.js';
import { entity, Orders, ran } from './handler-options-app.js';
import { KnowsUser } from './items-app.js';

let quickstart: Quickstart;
let served: Served;
beforeAll(async () => {
  quickstart = await createQuickstart();
  served = await serve(
    quickstart.url,
    {
      controllers: [Orders],
      providers: [
        { provide: DATABASE_URL, useValue: quickstart.url },
        { provide: APP_GUARD, useClass: KnowsUser },
        PrismaService,
      ],
    },
    { audit: { errorStacks: true } },
  );
});
afterAll(async () => {
  await served.close();
  await quickstart.close();
});
beforeEach(() => void ran.splice(0));

async function call(
  method: string,
  path: string,
  { headers = {}, body, nobody = false }: { headers?: Record<string, string>; body?: object; nobody?: boolean } = {},
): Promise<{ answer: Answer; entries: readonly AuditEntry[] }> {
  const answer = await served.send(
    method,
    path,
    { ...(nobody ? {} : { 'x-user': 'ann' }), ...headers },
    body && JSON.stringify(body),
  );
  return { answer, entries: await served.entries({ requestId: answer.id }) };
}

/** Of a long answer the client may have the last byte before the server knows. */
async function finished(id: string): Promise<readonly AuditEntry[]> {
  for (;;) {
    const entries = await served.entries({ requestId: id });
    if (entries.length > 0) return entries;
  }
}

describe('before and after', () => {
  it('are the values as they were then, although the handler changes the same object', async () => {
    const { entries } = await call('POST', '/orders/7/change', { body: {} });
    expect(entries).toMatchObject([
      {
        action: 'order.change',
        resource: { type: 'Order', id: '7' },
        old: { id: '7', state: 'draft', password: '[redacted]' },
        new: { id: '7', state: 'changed 7', password: '[redacted]' },
        flags: ['redacted'],
      },
    ]);
    expect(await everythingStored(quickstart.pool)).not.toContain('hunter2');
  });

  it('are not there when the handler failed: nothing says what became of the values', async () => {
    entity.state = 'draft';
    const { entries } = await call('POST', '/orders/7/change', { body: { fail: true } });
    expect(entries).toMatchObject([{ outcome: 'failure', error: { name: 'ConflictException' } }]);
    expect([entries[0]?.old, entries[0]?.new]).toEqual([undefined, undefined]);
  });

  it.each([
    ['before-throws', ['before', 'after']],
    ['before-rejects', ['before', 'after']],
    ['late', ['before', 'after']],
    ['hang', ['before']],
  ])('cost nothing but themselves when they fail: %s', async (path, callbacksFailed) => {
    const failedBefore = served.app.get(Audit, { strict: false }).facts.callbacksFailed;
    const { answer, entries } = await call('POST', `/orders/${path}`);
    expect([answer.status, answer.text]).toEqual([201, 'went on']);
    expect(entries).toMatchObject([{ outcome: 'success', details: { callbacksFailed } }]);
    const { callbacksFailed: counted } = served.app.get(Audit, { strict: false }).facts;
    expect(counted - failedBefore).toBe(callbacksFailed.length);
  });
});

describe('a reason', () => {
  it.each<[string, string, { headers?: Record<string, string>; body?: object }, number, string | undefined]>([
    ['in the header', 'cancel', { headers: { 'x-audit-reason': 'customer called' } }, 201, 'customer called'],
    ['encoded', 'cancel', { headers: { 'x-audit-reason': 'gek%C3%BCndigt' } }, 201, 'gekündigt'],
    ['with a percent sign', 'cancel', { headers: { 'x-audit-reason': '100 % sure' } }, 201, '100 % sure'],
    ['in the body', 'cancel', { body: { reason: ' customer called ' } }, 201, 'customer called'],
    ['too long', 'cancel', { body: { reason: 'x'.repeat(5_000) } }, 201, 'x'.repeat(2_000)],
    ['absent', 'cancel', {}, 400, undefined],
    ['empty', 'cancel', { headers: { 'x-audit-reason': ' ' }, body: { reason: '\0' } }, 400, undefined],
    ['no text', 'cancel', { body: { reason: { a: 1 } } }, 400, undefined],
    ['in the query', 'cancel?reason=because', {}, 400, undefined],
    ['optional', 'note', { body: { reason: 'because' } }, 201, 'because'],
    ['optional and absent', 'note', {}, 201, undefined],
    ['from elsewhere', 'why', { body: { why: 'so' } }, 201, 'so'],
    ['not from there', 'why', { body: { reason: 'so' } }, 400, undefined],
    ['whose callback throws', 'why-throws', {}, 201, undefined],
  ])('%s: %s', async (_name, path, sent, status, reason) => {
    const { answer, entries } = await call('POST', `/orders/${path}`, sent);
    expect(answer.status).toBe(status);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ outcome: status === 400 ? 'failure' : 'success', actor: { id: 'ann' } });
    expect(entries[0]?.reason).toBe(reason);
    if (status === 400) expect([ran, answer.text]).toEqual([[], expect.stringContaining('x-audit-reason')]);
  });
});

describe('when and outcome', () => {
  it.each([
    ['sometimes/real', ['success']],
    ['sometimes/test', []],
    ['when-throws', ['success']],
    ['batch/none', ['success']],
    ['batch/a-b', ['partial']],
    ['odd', ['success']],
    ['refused', ['failure']],
  ])('decide on the entry and nothing else: %s', async (path, outcomes) => {
    const { answer, entries } = await call('GET', `/orders/${path}`);
    expect(answer.status).toBe(path === 'refused' ? 409 : 200);
    expect(entries.map(({ outcome }) => outcome)).toEqual(outcomes);
    const failed = { 'when-throws': ['when'], odd: ['outcome'] }[path];
    if (entries[0]) expect(entries[0].details?.['callbacksFailed']).toEqual(failed);
  });
});

describe('a result', () => {
  it.each([
    ['huge', 'huge'],
    ['stream', undefined],
    ['client', undefined],
    ['query', undefined],
    ['getter', undefined],
    ['circular', 'c'],
    ['observable', undefined],
  ])('is answered as without us, and leaves a small entry: %s', async (kind, id) => {
    const plain = await served.send('GET', `/orders/plain/${kind}`);
    const { answer } = await call('GET', `/orders/result/${kind}`);
    const entries = await finished(answer.id);
    expect(answer.status).toBe(plain.status);
    expect(answer.text === plain.text).toBe(true); // no diff of 50 MB
    expect(entries).toHaveLength(1);
    expect(entries[0]?.resource).toEqual({ type: 'Thing', ...(id === undefined ? {} : { id }) });
    expect(JSON.stringify(entries[0]).length).toBeLessThan(4_000);
  });
});

describe('whom a login handler names', () => {
  it('acts once he is signed in, and is only claimed when the answer is 401', async () => {
    const { entries: done } = await call('POST', '/orders/sign-in', { body: { known: true } });
    expect(done).toMatchObject([{ outcome: 'success', actor: { id: 'guessed' } }]);
    expect(done[0]?.details).not.toHaveProperty('claimed');
    const { entries: failed } = await call('POST', '/orders/sign-in', { body: {}, nobody: true });
    expect(failed).toMatchObject([
      { outcome: 'failure', details: { claimed: { id: 'guessed', verified: false } }, actor: { type: 'anonymous' } },
    ]);
    expect(failed[0]?.actor).not.toHaveProperty('id');
  });

  it('does not take the place of who asked', async () => {
    const { entries } = await call('POST', '/orders/sign-in', { body: {} });
    expect(entries).toMatchObject([{ actor: { id: 'ann' }, details: { claimed: { id: 'guessed' } } }]);
  });
});

describe('the stack of an error', () => {
  it('is its frames, where it is asked for', async () => {
    const { entries } = await call('GET', '/orders/refused');
    const frames = String(entries[0]?.error?.['frames']);
    expect(frames).toMatch(/^at Orders\.refused /m);
    expect(frames.split('\n').length).toBeLessThanOrEqual(20);
  });
});

describe('@Audited', () => {
  it.each<[string, unknown, unknown, string]>([
    ['an action with a space', 'a b', {}, 'the action must be'],
    ['an unknown option', 'a', { detail: () => ({}) }, 'there is no option "detail"; there are details, before'],
    ['details that are no function', 'a', { details: {} }, 'details must be a function of the call'],
    ['a reason that there is not', 'a', { reason: 'mandatory' }, "reason must be 'required'"],
    ['a severity that there is not', 'a', { severity: 'loud' }, 'severity must be one of info'],
    ['a durability that there is not', 'a', { durability: 'sync' }, 'durability must be one of async'],
    ['a resource that is an object', 'a', { resource: { type: 'A' } }, "resource: 'Invoice'"],
    ['options that are none', 'a', null, 'options must be an object'],
  ])('is refused when the class is defined: %s', (_name, action, options, message) => {
    expect(() => Audited(action as string, options as never)).toThrow(message);
  });
});
