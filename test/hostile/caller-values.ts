import { Prisma, type PrismaClient } from '../support/quickstart.js';

/** Made anew for each call: some change when they are read. */
export type OddValue = readonly [name: string, make: () => unknown];

class Money {
  #cents = 1250;
  get cents(): number {
    return this.#cents;
  }
  toJSON(): object {
    return { cents: this.#cents };
  }
}
class PrivateToString {
  readonly #text = 'private';
  toString(): string {
    return this.#text;
  }
}
class Day extends Date {
  readonly zone = 'utc';
  override toJSON(): string {
    return this.toISOString().slice(0, 10);
  }
}
class Money2 extends Money {
  readonly currency = 'EUR';
}
class Rows extends Array<unknown> {
  toJSON(): object {
    return { rows: this.length };
  }
}
const cyclic = (): object => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  return circle;
};

/** Values of a Json column. */
export const JSON_VALUES: OddValue[] = [
  ['a class with private fields and toJSON', () => new Money()],
  ['such a class inside of an object', () => ({ m: new Money() })],
  ['such a class inside of a list', () => [new Money(), { deep: [new Money2()] }]],
  ['a class with private fields alone', () => ({ p: new PrivateToString() })],
  ['a URL', () => ({ url: new URL('http://example.com/a?b=c') })],
  ['URLSearchParams', () => ({ q: new URLSearchParams('a=b') })],
  ['a date of a subclass', () => ({ at: new Day('2024-02-03T04:05:06.007Z') })],
  ['a date', () => ({ at: new Date('2024-02-03T04:05:06.007Z') })],
  ['a date that is none', () => ({ at: new Date(NaN) })],
  ['a decimal', () => ({ d: new Prisma.Decimal('12345678901234567890.123456789') })],
  ['a frozen object', () => Object.freeze({ a: Object.freeze([1, 2]), m: Object.freeze(new Money()) })],
  ['a sealed object with a class', () => Object.seal({ m: new Money2() })],
  ['a proxy', () => new Proxy({ a: 1 }, {})],
  ['a proxy of a class', () => ({ p: new Proxy(new Day(0), { get: (day, key) => (key === 'toJSON' ? () => 'proxied' : Reflect.get(day, key, day)) }) })], // prettier-ignore
  ['a proxy that makes up its members', () => new Proxy({}, { ownKeys: () => ['made'], getOwnPropertyDescriptor: () => ({ value: 'up', enumerable: true, configurable: true }), get: (_, key) => (key === 'made' ? 'up' : undefined) })], // prettier-ignore
  ['a revoked proxy', () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return { proxy }; }], // prettier-ignore
  ['a getter', () => ({ get computed() { return 'got'; } })], // prettier-ignore
  ['a getter that counts how often it is read', () => { let n = 0; return { get n() { return (n += 1); } }; }], // prettier-ignore
  ['a proxy that counts how often it is read', () => { let n = 0; return { p: new Proxy({ a: 1 }, { get: (t, k) => (k === 'a' ? (n += 1) : Reflect.get(t, k)) }) }; }], // prettier-ignore
  ['a view of bytes', () => ({ v: new DataView(new ArrayBuffer(3)) })],
  ['a getter of a class', () => ({ m: new (class { get x(): number { return 1; } })() })], // prettier-ignore
  ['a getter that throws', () => ({ get bad(): never { throw new TypeError('from the getter'); } })], // prettier-ignore
  ['toJSON that throws', () => ({ t: { toJSON: () => { throw new RangeError('from toJSON'); } } })], // prettier-ignore
  ['toJSON that gives undefined', () => ({ t: { toJSON: () => undefined } })],
  ['toJSON that is inherited', () => Object.create({ toJSON: () => ({ inherited: true }) }) as object],
  ['members that are inherited', () => Object.create({ inherited: 1 }) as object],
  ['members that are not enumerable', () => Object.defineProperty({ seen: 1 }, 'hidden', { value: 2 })],
  ['an object without a prototype', () => Object.assign(Object.create(null) as object, { a: 1 })],
  ['a member named __proto__', () => JSON.parse('{"__proto__":{"polluted":true},"a":1}') as object],
  ['a member with a symbol', () => ({ [Symbol('s')]: 1, a: 2 })],
  ['a symbol', () => ({ s: Symbol('s') })],
  ['a function', () => ({ f: () => 1 })],
  ['undefined', () => ({ u: undefined, a: [undefined, 1] })],
  ['NaN and infinity', () => ({ n: NaN, i: Infinity, z: -0 })],
  ['a bigint', () => ({ b: 9007199254740993n })],
  ['a Map', () => ({ m: new Map([['a', 1]]) })],
  ['a Set', () => ({ s: new Set([1]) })],
  ['an error', () => ({ e: new Error('e') })],
  ['a regular expression', () => ({ r: /x/g })],
  ['a promise', () => ({ p: Promise.resolve(1) })],
  ['a boxed string', () => ({ s: new String('boxed') })],
  ['a boxed number', () => ({ n: new Number(1) })],
  ['bytes', () => ({ b: Buffer.from('abc') })],
  ['a typed array', () => ({ b: new Float64Array([1.5, 2]) })],
  ['a list of a subclass', () => ({ r: Rows.from([1, 2]) })],
  ['a list with a hole', () => ({ l: Object.assign([1], { 2: 3 }) })],
  ['a list with a member', () => ({ l: Object.assign([1], { extra: true }) })],
  ['a cycle', cyclic],
  ['a database null', () => Prisma.DbNull],
  ['a JSON null', () => Prisma.JsonNull],
  ['a Temporal-like value', () => ({ t: new (class { readonly #iso = '2024-01-01'; toJSON(): string { return this.#iso; } toString(): string { return this.#iso; } valueOf(): never { throw new TypeError('no'); } })() })], // prettier-ignore
  ['a class whose toJSON needs itself', () => ({ c: new (class Self { readonly #me = this; toJSON(): string { return String(this.#me === this); } })() })], // prettier-ignore
  ['surrogates and NUL', () => ({ s: 'a\uD800b', n: 'x\u0000y' })],
];

const AT = new Date('2026-05-05T05:05:05.005Z');
const invoice = (data: object): never =>
  ({ tenantId: 'acme', createdById: 1, createdAt: AT, updatedAt: AT, total: '1.50', number: 'ODD', ...data }) as never;

/** Ways by which a value goes to a Json column. */
export const JSON_CALLS: readonly [string, (p: PrismaClient, value: unknown) => unknown][] = [
  ['create', (p, metadata) => p.invoice.create({ data: invoice({ metadata }) })],
  ['update', (p, metadata) => p.invoice.update({ where: { id: 1 }, data: { metadata, updatedAt: AT } as never })],
  ['upsert', (p, metadata) => p.invoice.upsert({ where: { id: 1 }, create: invoice({}), update: { metadata, updatedAt: AT } as never })], // prettier-ignore
  ['createMany', (p, metadata) => p.invoice.createMany({ data: [invoice({ metadata })] as never })],
  ['createManyAndReturn', (p, metadata) => p.invoice.createManyAndReturn({ data: invoice({ metadata }) })],
  ['updateMany', (p, metadata) => p.invoice.updateMany({ data: { metadata, updatedAt: AT } as never })],
  ['nested create', (p, metadata) => p.user.update({ where: { id: 1 }, data: { invoices: { create: { ...(invoice({ metadata }) as object), createdById: undefined } } } as never })], // prettier-ignore
  ['findMany', (p, value) => p.invoice.findMany({ where: { metadata: { equals: value } } as never, orderBy: { id: 'asc' } })], // prettier-ignore
  ['array transaction', (p, metadata) => p.$transaction([p.invoice.count(), p.invoice.create({ data: invoice({ metadata }) })])], // prettier-ignore
];

class Amount extends Prisma.Decimal {
  readonly unit = 'EUR';
}
class Bytes extends Uint8Array {}

/** Whole calls with odd arguments. */
export const CALLS: readonly [string, (p: PrismaClient) => unknown][] = [
  ['a decimal', (p) => p.invoice.create({ data: invoice({ total: new Prisma.Decimal('7.25') }) })],
  ['a decimal of a subclass', (p) => p.invoice.create({ data: invoice({ total: new Amount('7.25') }) })],
  ['an object that is like a decimal', (p) => p.invoice.create({ data: invoice({ total: { s: 1, e: 0, d: [7], toFixed: () => '7' } }) })], // prettier-ignore
  ['a date of a subclass as a value', (p) => p.invoice.create({ data: invoice({ approvedAt: new Day('2024-02-03T04:05:06.007Z') }) })], // prettier-ignore
  ['a date that is none', (p) => p.invoice.create({ data: invoice({ approvedAt: new Date(NaN) }) })],
  ['a date in a where', (p) => p.invoice.findMany({ where: { createdAt: { lt: new Day('2030-01-01') } }, orderBy: { id: 'asc' } })], // prettier-ignore
  ['bytes of a subclass', (p) => p.user.update({ where: { id: 1 }, data: { avatar: Bytes.from([1, 2, 3]) as never } })],
  ['a view of bytes', (p) => p.user.update({ where: { id: 1 }, data: { avatar: new DataView(new ArrayBuffer(3)) as never } })], // prettier-ignore
  ['a Buffer', (p) => p.user.update({ where: { id: 1 }, data: { avatar: Buffer.from('abc') as never } })],
  ['a part of a buffer', (p) => p.user.update({ where: { id: 1 }, data: { avatar: new Uint8Array(new ArrayBuffer(9), 2, 3) } })], // prettier-ignore
  ['frozen arguments', (p) => p.user.findMany(Object.freeze({ where: Object.freeze({ id: 1 }) }))],
  ['arguments without a prototype', (p) => p.user.findMany(Object.assign(Object.create(null) as object, { where: { id: 1 } }))], // prettier-ignore
  ['arguments that are a proxy', (p) => p.user.findMany(new Proxy({ where: { id: 1 } }, {}))],
  ['arguments of a class with getters', (p) => p.user.findMany(new (class { get where(): object { return { id: 1 }; } })())], // prettier-ignore
  [
    'a where of a class',
    (p) =>
      p.user.findMany({
        where: new (class {
          id = 1;
        })(),
      }),
  ],
  ['a where with a getter that throws', (p) => p.user.findMany({ where: { get id(): number { throw new TypeError('from the getter'); } } })], // prettier-ignore
  ['no arguments', (p) => p.user.findMany()],
  ['no arguments of a call that needs some', (p) => (p.user.create as (a?: unknown) => unknown)()],
  ['null', (p) => (p.user.findMany as (a?: unknown) => unknown)(null)],
  ['a text', (p) => (p.user.findMany as (a?: unknown) => unknown)('where')],
  ['a number', (p) => (p.user.findMany as (a?: unknown) => unknown)(1)],
  ['a list', (p) => (p.user.findMany as (a?: unknown) => unknown)([{ where: { id: 1 } }])],
  ['a function', (p) => (p.user.findMany as (a?: unknown) => unknown)(() => 1)],
  ['an unknown member', (p) => p.user.findMany({ nonsense: new Money() } as never)],
  ['a class where a text should be', (p) => p.user.findMany({ where: { email: new Money() as never } })],
  ['a boxed text', (p) => p.user.findMany({ where: { email: new String('a@x') as never } })],
  ['undefined in a where', (p) => p.user.findMany({ where: { id: undefined } as never, orderBy: { id: 'asc' } })],
  ['a reference to a field', (p) => p.invoice.findMany({ where: { number: { equals: p.invoice.fields.tenantId } } })],
  ['$queryRaw with a date', (p) => p.$queryRaw`select ${new Day('2024-02-03T04:05:06.007Z')}::timestamptz::text as x, ${'"Invoice"'} as t`], // prettier-ignore
  ['$queryRaw of an audited table with a class', (p) => p.$queryRaw`select ${new Money()}::jsonb as x from "Invoice"`],
  ['$queryRaw with a URL', (p) => p.$queryRaw`select ${new URL('http://example.com')}::text as x from "Invoice"`],
  ['$queryRaw with a decimal', (p) => p.$queryRaw`select ${new Amount('1.25')}::numeric as x from "Invoice"`],
  ['$queryRaw with bytes', (p) => p.$queryRaw`select ${Bytes.from([1, 2])}::bytea as x from "Invoice"`],
  ['$queryRaw with a list', (p) => p.$queryRaw`select ${[1, 2]}::int[] as x from "Invoice" where id in (${Prisma.join([1, 2])})`], // prettier-ignore
  ['$queryRaw with a bigint', (p) => p.$queryRaw`select ${9007199254740993n}::bigint as x from "Invoice"`],
  ['$queryRaw of a Sql', (p) => p.$queryRaw(Prisma.sql`select ${1}::int as x from "Invoice" ${Prisma.empty}`)],
  ['$queryRaw of a text', (p) => (p.$queryRaw as (t: unknown) => unknown)('select 1 from "Invoice"')],
  ['$queryRaw of nothing', (p) => (p.$queryRaw as (t?: unknown) => unknown)()],
  ['$queryRawUnsafe with a class', (p) => p.$queryRawUnsafe('select $1::jsonb as x from "Invoice"', new Money())],
  ['$queryRawUnsafe with an object with a getter', (p) => p.$queryRawUnsafe('select $1::jsonb as x from "Invoice"', { get a() { return 1; } })], // prettier-ignore
  ['$queryRawUnsafe with a frozen list', (p) => p.$queryRawUnsafe('select $1::int[] as x from "Invoice"', Object.freeze([1, 2]))], // prettier-ignore
  ['$queryRawUnsafe of no text', (p) => p.$queryRawUnsafe(undefined as never)],
  ['$executeRaw with a class', (p) => p.$executeRaw`update "Invoice" set metadata = ${new Money()}::jsonb`],
  ['$executeRaw with a date', (p) => p.$executeRaw`update "Invoice" set note = ${new Day(0)}::timestamptz::date::text`],
  ['$executeRawUnsafe with a proxy', (p) => p.$executeRawUnsafe('update "Invoice" set metadata = $1::jsonb', new Proxy({ a: 1 }, {}))], // prettier-ignore
  ['$executeRaw of a text', (p) => (p.$executeRaw as (t: unknown) => unknown)('select 1')],
];
