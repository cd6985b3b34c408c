import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Inject, Param, Post } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DATABASE_URL, PrismaService } from '../../examples/quickstart/src/prisma.service.js';
import { Audited, type AuditEntry } from '../../src/index.js';
import { createQuickstart, readContent, type Quickstart } from '../support/quickstart.js';
import { full } from '../support/full.js';
import { serve, type Served } from './app.js';
import { KnowsUser } from './items-app.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const patient = { maxWait: 25_000, timeout: 25_000 };

/** Every name that a request writes begins with its user: a row given to another shows. */
@Controller('tags')
class Tags {
  constructor(@Inject(PrismaService) private readonly prisma: PrismaService) {}

  @Audited('tag.write')
  @Post(':kind/:user')
  async write(@Param('kind') kind: string, @Param('user') user: string, @Body() { wait }: { wait: number }) {
    const { prisma } = this;
    const row = (part: string) => ({ data: { tenantId: 'acme', name: `${user}@${part}` } });
    await pause(wait);
    if (kind === 'single') {
      const { id } = await prisma.tag.create(row('a'));
      await pause(wait);
      await prisma.tag.update({ where: { id }, ...row('b') });
    } else if (kind === 'array') {
      await prisma.$transaction([prisma.tag.create(row('a')), prisma.tag.create(row('b'))]);
    } else {
      await prisma.$transaction(async (tx) => {
        await tx.tag.create(row('a'));
        await pause(wait);
        await Promise.all([tx.tag.create(row('b')), pause(wait)]);
      }, patient);
    }
  }
}

describe.each(['express', 'fastify'] as const)('on %s,', (on) => {
  let quickstart: Quickstart;
  let served: Served;
  beforeAll(async () => {
    quickstart = await createQuickstart();
    served = await serve(
      quickstart.url,
      {
        controllers: [Tags],
        providers: [
          { provide: DATABASE_URL, useValue: quickstart.url },
          { provide: APP_GUARD, useClass: KnowsUser },
          PrismaService,
        ],
      },
      { on },
    );
  });
  afterAll(async () => {
    await served.close();
    await quickstart.close();
  });
  const send = (kind: string, user: string, wait = 1) =>
    served.send('POST', `/tags/${kind}/${user}`, { 'x-user': user }, JSON.stringify({ wait }));

  describe('a request and its Prisma writes', () => {
    it.each(['single', 'array', 'interactive'])('share actor, group and request id: %s', async (kind) => {
      const { id, status } = await send(kind, `one-${kind}`);
      expect(status).toBe(201);
      const entries = [
        ...(await served.entries({ requestId: id, tenant: 'acme' })),
        ...(await served.entries({ requestId: id })),
      ];
      expect(entries.map((entry) => entry.source).sort()).toEqual(['change', 'change', 'request']);
      const same = (of: (entry: AuditEntry) => unknown): unknown[] => [...new Set(entries.map((entry) => of(entry)))];
      expect(same(({ actor }) => actor?.['id'])).toEqual([`one-${kind}`]);
      expect(same(({ group }) => group)).toEqual([expect.any(String)]);
      expect(same(({ actor }) => actor?.['ip'])).toEqual(['127.0.0.1']);
      const changes = entries.filter((entry) => entry.source === 'change');
      expect(new Set(changes.map((entry) => entry.tx)).size).toBe(kind === 'single' ? 2 : 1);
    });
  });

  // On one platform where time is short.
  const longOnFastify = on === 'express' || full ? describe : describe.skip;
  longOnFastify('two hundred requests at once', () => {
    it('leave no entry with the actor of another', async () => {
      const kinds = ['single', 'array', 'interactive'];
      const users = Array.from({ length: 200 }, (_, i) => `u${i}`);
      const answers = await Promise.all(users.map((user, i) => send(kinds[i % 3] ?? '', user, i % 7)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      await served.audit.flush();

      const owner = new Map(answers.map(({ id }, i) => [id, users[i]]));
      const rows = (await readContent(quickstart.pool)).filter(({ actor }) => owner.has(String(actor['requestId'])));
      const changes = rows.filter(({ model }) => model === 'Tag');
      const requests = rows.filter(({ source }) => source === 'request');
      expect({ changes: changes.length, requests: requests.length }).toEqual({ changes: 400, requests: 200 });
      const wrong = rows.filter(({ actor, data }) => {
        const name = data?.new?.['name'];
        const writer = typeof name === 'string' ? name.split('@')[0] : actor['id'];
        return actor['id'] !== owner.get(String(actor['requestId'])) || writer !== actor['id'];
      });
      expect(wrong).toEqual([]);

      const groups = new Map<unknown, Set<unknown>>();
      for (const { group, actor } of rows) groups.set(group, (groups.get(group) ?? new Set()).add(actor['id']));
      expect(groups.size).toBe(200);
      expect([...groups.values()].every((actors) => actors.size === 1)).toBe(true);
    });
  });
});
