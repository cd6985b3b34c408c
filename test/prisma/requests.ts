import { withContext } from '../../src/context/index.js';
import type { AnyAuditedClient } from '../support/quickstart.js';

export const WORKERS = 6;
const names = Array.from({ length: WORKERS }, (_, i) => `w${i}`);
let serial = 0;
/** A text with the owner in it that no other row has. */
export const mark = (actor: string): string => `@${actor}@${serial++}`;

/** One request: a unit of work of its own. Its first step runs before this returns. */
export const request = <T>(actor: string, work: (actor: string) => PromiseLike<T>): Promise<T> =>
  withContext({ actor: { id: actor } }, () => work(actor));

/** All requests start in this tick. */
export const together = (work: (actor: string, index: number) => PromiseLike<unknown>): Promise<unknown> =>
  Promise.all(names.map((name, i) => request(name, () => work(name, i))));

/** All requests wait for one promise, and so resume in one tick. */
export const resumed = (work: (actor: string, index: number) => PromiseLike<unknown>): Promise<unknown> => {
  const gate = new Promise<void>((resolve) => setTimeout(resolve, 5));
  return together(async (actor, i) => {
    await gate;
    return await work(actor, i);
  });
};

/** A promise that is kept when as many have come as are expected. */
export function meeting(expected: number): () => Promise<void> {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  let here = 0;
  return () => {
    if (++here === expected) open();
    return gate;
  };
}

export const counter = (actor: string) => ({ data: { key: mark(actor), value: 1n } });
const account = (actor: string) => ({ email: mark(actor), tenantId: 'acme', name: mark(actor), passwordHash: 'x' });

export const single = (p: AnyAuditedClient) => (actor: string) => p.counter.create(counter(actor));
export const nested = (p: AnyAuditedClient) => (actor: string) =>
  p.user.create({
    data: {
      ...account(actor),
      invoices: {
        create: {
          tenantId: mark(actor),
          number: '1',
          total: 1,
          lines: { create: { position: 1, description: mark(actor), quantity: 1, unitPrice: 1 } },
          tags: { create: { tenantId: 'acme', name: mark(actor) } },
        },
      },
    },
    include: { invoices: true },
  });
export const array = (p: AnyAuditedClient) => (actor: string) =>
  p.$transaction([
    p.counter.create(counter(actor)),
    p.tag.create({ data: { tenantId: 'acme', name: mark(actor) } }),
    p.user.count(),
    p.counter.create(counter(actor)),
  ]);
export const interactive = (p: AnyAuditedClient) => (actor: string) =>
  p.$transaction(
    async (tx) => {
      await tx.counter.create(counter(actor));
      await tx.user.findUnique({ where: { email: 'nobody' } });
      await tx.tag.create({ data: { tenantId: 'acme', name: mark(actor) } });
    },
    { maxWait: 20_000, timeout: 20_000 },
  );
export const lookup = (p: AnyAuditedClient) => p.user.findUnique({ where: { email: 'nobody' } });
