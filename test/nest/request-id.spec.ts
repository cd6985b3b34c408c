import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_GUARD } from '@nestjs/core';
import { createLog, everythingStored, serve, type Log, type Served } from './app.js';
import { Items, KnowsUser } from './items-app.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(['express', 'fastify'] as const)('on %s,', (on) => {
  let log: Log;
  let served: Served;
  beforeAll(async () => {
    log = await createLog();
    const audit = {
      session: (request: { headers: Record<string, unknown> }) => request.headers['x-session'] as string,
    };
    const guard = { provide: APP_GUARD, useClass: KnowsUser };
    served = await serve(log.url, { controllers: [Items], providers: [guard] }, { audit, on });
  });
  afterAll(async () => {
    await served.close();
    await log.close();
  });
  const get = (headers: Record<string, string>) => served.send('GET', '/items/sync', headers);

  /** Bytes that no decent client would send, and the whole answer to them. */
  function raw(lines: string[]): Promise<string> {
    const { hostname, port } = new URL(served.url);
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(Number(port), hostname, () => {
        socket.write(Buffer.from([...lines, 'Host: x', 'Connection: close', '', ''].join('\r\n'), 'latin1'));
      });
      socket.on('data', (data) => (answer += data.toString('latin1')));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }

  describe('the request id', () => {
    it.each(['a', '7f3c.2:x~y+z/w=@_-', 'x'.repeat(128)])('of the client is kept and sent back: %s', async (id) => {
      const answer = await get({ 'x-request-id': id });
      expect(answer.id).toBe(id);
      const [entry] = await served.entries({ requestId: id });
      expect(entry?.actor?.['requestId']).toBe(id);
    });

    it.each([
      ['of ten kilobytes', 'Zq'.repeat(5_000)],
      ['one character too long', 'Zq'.padEnd(129, 'x')],
      ['with markup', '<b>Zq</b>'],
      ['with a quote', `Zq' or 1=1 --`],
      ['with what would end an SQL comment', 'Zq*/;'],
      ['with a percent-encoded line break', 'Zq%0d%0aSet-Cookie:'],
      ['with a blank', 'Zq b'],
      ['with a character of Latin-1', 'Zq\u00e9'],
      ['with a tab', 'Zq\tb'],
      ['that is empty', ''],
    ])('%s is replaced and never echoed', async (_name, id) => {
      const answer = await get({ 'x-request-id': id });
      expect(answer.status).toBe(200);
      expect(answer.id).toMatch(UUID);
      expect(JSON.stringify([...answer.headers])).not.toContain('Zq');
      const [entry] = await served.entries({ requestId: answer.id });
      expect(entry?.actor).toMatchObject({ requestId: answer.id });
      expect(await everythingStored(log.pool)).not.toContain('Zq');
    });

    it('is made when the client sends none, or two', async () => {
      const none = await raw(['GET /items/sync HTTP/1.1']);
      const two = await raw(['GET /items/sync HTTP/1.1', 'X-Request-ID: Zq1', 'X-Request-ID: Zq2']);
      for (const answer of [none, two]) {
        expect(answer).toMatch(/^HTTP\/1\.1 200/);
        expect(/^X-Request-ID: (.*)\r$/im.exec(answer)?.[1]).toMatch(UUID);
        expect(answer).not.toContain('Zq');
      }
    });

    it('with a bare line feed or NUL never reaches the application, nor splits the answer', async () => {
      for (const id of ['Zq\nSet-Cookie: a=b', 'Zq\0', 'Zq\r']) {
        const answer = await raw(['GET /items/sync HTTP/1.1', `X-Request-ID: ${id}`]);
        expect(answer).not.toContain('Zq');
        expect(answer).not.toMatch(/set-cookie/i);
      }
    });

    it('that two clients share does not bind their requests together', async () => {
      const id = 'shared';
      await Promise.all(['ann', 'bob'].map((user) => get({ 'x-request-id': id, 'x-user': user })));
      const entries = await served.entries({ requestId: id });
      expect(new Set(entries.map((entry) => entry.actor?.['id']))).toEqual(new Set(['ann', 'bob']));
      expect(new Set(entries.map((entry) => entry.group)).size).toBe(2);
      for (const { group } of entries) {
        expect(group).toMatch(UUID);
        expect((await served.audit.query.group(group ?? '')).entries).toHaveLength(1);
      }
    });
  });

  describe('the session', () => {
    it('is logged as a hash that is the same for the same session', async () => {
      const answers = await Promise.all(['s-Yq-1', 's-Yq-1', 's-Yq-2'].map((session) => get({ 'x-session': session })));
      const hashes: unknown[] = [];
      for (const { id } of answers) hashes.push((await served.entries({ requestId: id }))[0]?.actor?.['session']);
      expect(hashes).toEqual([
        expect.stringMatching(/^[0-9a-f]{32}$/),
        hashes[0],
        expect.stringMatching(/^[0-9a-f]{32}$/),
      ]);
      expect(hashes[2]).not.toBe(hashes[0]);
      expect(await everythingStored(log.pool)).not.toContain('s-Yq');
    });
  });
});
