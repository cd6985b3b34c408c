import type { PrismaClient } from '../support/quickstart.js';

const transaction = (p: PrismaClient, ...given: unknown[]): unknown =>
  (p.$transaction as (...given: unknown[]) => unknown)(...given);
// oxlint-disable-next-line unicorn/no-thenable -- the point of it
const thenable = (value: unknown): object => ({ then: (done: (value: unknown) => void) => done(value) });
class List extends Array<unknown> {}
const AT = new Date('2026-05-05T05:05:05.005Z');

/** Calls whose errors may come at once or later. */
export const PROMISES: readonly [string, (p: PrismaClient) => unknown][] = [
  ['an array with a promise that is none of Prisma’s', (p) => transaction(p, [p.user.count(), Promise.resolve(1)])],
  ['such a promise first', (p) => transaction(p, [Promise.resolve(1), p.user.count()])],
  ['an array with a value', (p) => transaction(p, [p.user.count(), 1])],
  ['an array with null', (p) => transaction(p, [null])],
  ['an array with undefined', (p) => transaction(p, [undefined])],
  ['an array with a function', (p) => transaction(p, [() => p.user.count()])],
  ['an array with a thenable', (p) => transaction(p, [thenable(1)])],
  ['an array with a thenable that says it is Prisma’s', (p) => transaction(p, [{ [Symbol.toStringTag]: 'PrismaPromise', ...thenable(7) }])], // prettier-ignore
  ['an array with an object that says it is Prisma’s and throws', (p) => transaction(p, [{ [Symbol.toStringTag]: 'PrismaPromise', requestTransaction: () => { throw new Error('at once'); } }])], // prettier-ignore
  ['an array with an object that says it is Prisma’s and gives nothing', (p) => transaction(p, [{ [Symbol.toStringTag]: 'PrismaPromise', requestTransaction: () => undefined, ...thenable(8) }])], // prettier-ignore
  ['an array with an object whose tag throws', (p) => transaction(p, [{ get [Symbol.toStringTag](): never { throw new RangeError('tag'); } }])], // prettier-ignore
  ['an array with an array', (p) => transaction(p, [[p.user.count()]])],
  ['an array with a hole', (p) => transaction(p, Object.assign([], { 1: p.user.count() }))],
  ['an array of a subclass', (p) => transaction(p, List.from([p.user.count(), p.user.count()]))],
  ['an array that is a proxy', (p) => transaction(p, new Proxy([p.user.count()], {}))],
  ['a frozen array', (p) => transaction(p, Object.freeze([p.user.count()]))],
  ['an array of the same operation twice', (p) => { const one = p.user.count(); return transaction(p, [one, one]); }], // prettier-ignore
  ['an empty array', (p) => transaction(p, [])],
  ['undefined', (p) => transaction(p, undefined)],
  ['nothing', (p) => transaction(p)],
  ['null', (p) => transaction(p, null)],
  ['a number', (p) => transaction(p, 1)],
  ['a text', (p) => transaction(p, 'x')],
  ['an object', (p) => transaction(p, {})],
  ['an operation', (p) => transaction(p, p.user.count())],
  ['a promise', (p) => transaction(p, Promise.resolve([]))],
  ['a set', (p) => transaction(p, new Set([p.user.count()]))],
  ['an object like an array', (p) => transaction(p, { length: 1, 0: p.user.count() })],
  ['an object like an array that maps', (p) => transaction(p, { length: 1, map: (f: (o: unknown, i: number) => unknown) => [f(p.user.count(), 0)] })], // prettier-ignore
  ['options that are null', (p) => transaction(p, [p.user.count()], null)],
  ['options that are a text', (p) => transaction(p, [p.user.count()], 'x')],
  ['options whose getter throws', (p) => transaction(p, [p.user.count()], { get isolationLevel(): never { throw new TypeError('options'); } })], // prettier-ignore
  ['an isolation level that there is not', (p) => transaction(p, [p.user.count()], { isolationLevel: 'Nonsense' })],
  ['an isolation level', (p) => transaction(p, [p.user.count()], { isolationLevel: 'Serializable' })],
  ['an operation that is refused', (p) => transaction(p, [p.user.count(), p.user.findMany({ nonsense: 1 } as never)])],
  ['an operation that fails', (p) => transaction(p, [p.user.count(), p.user.delete({ where: { id: 999 } })])],
  ['several that fail', (p) => transaction(p, [p.user.delete({ where: { id: 998 } }), p.user.delete({ where: { id: 999 } })])], // prettier-ignore
  ['raw operations', (p) => transaction(p, [p.$queryRaw`select 1 as one`, p.$executeRaw`select 1`])],
  [
    'raw operations of an audited table',
    (p) => transaction(p, [p.$queryRaw`select count(*)::int as n from "Invoice"`]),
  ],
  ['an array that is changed behind the call', (p) => { const list: unknown[] = [p.user.count()]; const call = transaction(p, list); list.push(1); list[0] = 2; return call; }], // prettier-ignore
  ['arguments that are changed behind the call', (p) => { const data = { note: 'before', updatedAt: AT }; const call = transaction(p, [p.invoice.update({ where: { id: 1 }, data })]); data.note = 'behind'; return call; }], // prettier-ignore
  ['arguments that are changed before the call', (p) => { const data = { note: 'before', updatedAt: AT }; const one = p.invoice.update({ where: { id: 1 }, data }); data.note = 'changed'; return transaction(p, [one]); }], // prettier-ignore
  ['options that are changed behind the call', (p) => { const options: Record<string, unknown> = { isolationLevel: 'Serializable' }; const call = transaction(p, [p.$queryRaw`select current_setting('transaction_isolation') as level`], options); options['isolationLevel'] = 'Nonsense'; return call; }], // prettier-ignore
  ['a function that throws', (p) => transaction(p, () => { throw new RangeError('mine'); })], // prettier-ignore
  ['a function that rejects', (p) => transaction(p, () => Promise.reject(new RangeError('mine')))],
  ['a function that gives a value', (p) => transaction(p, () => 5)],
  ['a function that gives an operation', (p) => transaction(p, (tx: PrismaClient) => tx.user.count())],
  [
    'an array inside of a transaction',
    (p) => transaction(p, (tx: { $transaction?: unknown }) => typeof tx.$transaction),
  ],
  ['what a call gives: its tag and class', (p) => { const call = transaction(p, [p.user.count()]) as Promise<unknown>; const seen = [call[Symbol.toStringTag], call.constructor.name, call instanceof Promise]; return call.then(() => seen); }], // prettier-ignore
  ['what the method is', (p) => [p.$transaction.length, typeof p.$transaction]],
  ['an operation that is awaited twice', async (p) => { const one = p.user.count(); return [await one, await one]; }], // prettier-ignore
  ['an operation that nobody awaits', (p) => { void p.invoice.update({ where: { id: 1 }, data: { note: 'never', updatedAt: AT } }); return 1; }], // prettier-ignore
  ['what an operation is', (p) => { const one = p.invoice.findMany(); return [one[Symbol.toStringTag], typeof one.then, typeof one.catch, typeof one.finally]; }], // prettier-ignore
];
