import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { actorSection, type ActorOverride, type ActorSection } from '../../src/context/actor-section.js';
import { newContext, type AuditContext, type ContextFields } from '../../src/context/context.js';
import { LIMITS } from '../../src/event/limits.js';

const section = (fields: unknown, override?: unknown): ActorSection =>
  JSON.parse(actorSection(newContext(fields as ContextFields), override as ActorOverride)) as ActorSection;
const fail = (): never => {
  throw new Error('from the application');
};

describe('an actor section', () => {
  it('holds the actor, and where the request came from', () => {
    const actor = { id: '42', type: 'admin', email: 'a@b.example', role: 'owner', onBehalfOf: '7' };
    const rest = {
      tenant: 'acme',
      ip: '203.0.113.9',
      userAgent: 'curl/8',
      session: 'ab12',
      requestId: 'r-1',
      traceId: 't-1',
    };
    expect(section({ actor, ...rest })).toEqual({ ...actor, ...rest });
  });

  it('asks a function for actor and tenant each time', () => {
    let user: string | undefined;
    const context = newContext({ actor: () => (user === undefined ? undefined : { id: user }), tenant: () => user });
    expect(JSON.parse(actorSection(context))).toEqual({ type: 'anonymous' });
    user = 'ann';
    expect(JSON.parse(actorSection(context))).toEqual({ id: 'ann', type: 'user', tenant: 'ann' });
  });

  it.each([
    [{ id: '1' }, 'user'],
    [{ id: 0 }, 'user'],
    [{}, 'anonymous'],
    [undefined, 'anonymous'],
    [null, 'anonymous'],
    [{ id: '' }, 'anonymous'],
    [{ email: 'a@b.example' }, 'anonymous'],
    [{ id: '1', type: 'service' }, 'service'],
    [{ type: 'ai_agent' }, 'ai_agent'],
  ])('of %j has the type %s', (actor, type) => {
    expect(section({ actor }).type).toBe(type);
  });

  it('takes what an event says before what its context says', () => {
    const fields = { actor: fail, tenant: fail, ip: '::1' };
    expect(section(fields, { actor: { id: 'x' }, tenant: 't' })).toEqual({
      id: 'x',
      type: 'user',
      tenant: 't',
      ip: '::1',
    });
    expect(section({ actor: { id: 'a', role: 'r' } }, { actor: { id: 'b' } })).toEqual({ id: 'b', type: 'user' });
  });

  it('takes of a whole user record only what makes an actor', () => {
    const user = {
      id: 1,
      ip: 'last login',
      session: 'raw-session-id',
      userAgent: 'old',
      tenant: 'home',
      passwordHash: 'x',
    };
    expect(section({ actor: user, ip: '::1' })).toEqual({ id: '1', type: 'user', ip: '::1' });
  });

  it('without a context is of an unknown actor', () => {
    expect(actorSection(undefined)).toBe('{"type":"anonymous"}');
  });
});

describe('what cannot be read', () => {
  it.each<[string, unknown, Partial<ActorSection>]>([
    ['a resolver that throws', { actor: fail }, { type: 'anonymous', malformed: ['actor'] }],
    ['a tenant that throws', { actor: { id: '1' }, tenant: fail }, { id: '1', type: 'user', malformed: ['tenant'] }],
    [
      'a getter that throws',
      {
        actor: {
          get id() {
            return fail();
          },
          role: 'r',
        },
      },
      { type: 'anonymous', role: 'r', malformed: ['id'] },
    ],
    ['an object for an id', { actor: { id: { $oid: '1' } } }, { type: 'anonymous', malformed: ['id'] }],
    ['a list of roles', { actor: { id: '1', role: ['a', 'b'] } }, { id: '1', type: 'user', malformed: ['role'] }],
    [
      'a symbol, a function',
      { actor: { id: Symbol('x'), email: fail } },
      { type: 'anonymous', malformed: ['id', 'email'] },
    ],
    ['a text for an actor', { actor: () => 'ann' }, { type: 'anonymous', malformed: ['actor'] }],
    ['true for an actor', { actor: () => true }, { type: 'anonymous', malformed: ['actor'] }],
    ['a tenant that is no text', { tenant: { id: 1 } }, { type: 'anonymous', malformed: ['tenant'] }],
    ['a lone surrogate', { actor: { id: 'a\ud83d' } }, { id: 'a\ufffd', type: 'user', malformed: ['id'] }],
    ['an ip that is no text', { ip: { v6: '::1' } }, { type: 'anonymous', malformed: ['ip'] }],
  ])('%s is left out and named', (_, fields, expected) => {
    expect(section(fields)).toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    ['a number', 42, '42'],
    ['a bigint', 2n ** 64n, '18446744073709551616'],
    ['a boolean', false, 'false'],
    ['NaN', Number.NaN, 'NaN'],
    ['NUL', 'a\0b', 'a\0b'],
    ['what would end a comment or a string', `*/'";--\\`, `*/'";--\\`],
  ])('%s is text enough for an id', (_, id, text) => {
    expect(section({ actor: { id } })).toEqual({ id: text, type: 'user' });
  });

  it('a promise comes too late: it is refused, and its failure does not end the process', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const late = async (): Promise<never> => await Promise.reject(new Error('late'));
    expect(section({ actor: late, tenant: late })).toEqual({ type: 'anonymous', malformed: ['actor', 'tenant'] });
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('a lazy thenable is refused without being started: it would send a query for every query', () => {
    const then = jest.fn();
    // oxlint-disable-next-line unicorn/no-thenable
    expect(section({ actor: () => ({ then }) })).toEqual({ type: 'anonymous', malformed: ['actor'] });
    expect(then).not.toHaveBeenCalled();
  });
});

describe('what is too long', () => {
  const limits = {
    id: LIMITS.actorIdLength,
    type: LIMITS.typeLength,
    email: LIMITS.emailLength,
    role: LIMITS.roleLength,
    onBehalfOf: LIMITS.actorIdLength,
    tenant: LIMITS.tenantLength,
    ip: LIMITS.ipLength,
    userAgent: LIMITS.userAgentLength,
    session: LIMITS.sessionLength,
    requestId: LIMITS.requestIdLength,
    traceId: LIMITS.traceIdLength,
  };
  const of = (field: string, value: string): unknown =>
    ['id', 'type', 'email', 'role', 'onBehalfOf'].includes(field) ? { actor: { [field]: value } } : { [field]: value };

  it.each(Object.entries(limits))('%s is cut to %d characters, and named', (field, limit) => {
    expect(section(of(field, 'x'.repeat(100_000)))).toMatchObject({ [field]: 'x'.repeat(limit), truncated: [field] });
    const fits = section(of(field, 'x'.repeat(limit)));
    expect(fits).toMatchObject({ [field]: 'x'.repeat(limit) });
    expect(fits.truncated).toBeUndefined();
  });

  it('is not called malformed because the cut went through a character', () => {
    const { id, truncated, malformed } = section({ actor: { id: `x${'🧾'.repeat(200)}` } });
    expect(id).toHaveLength(LIMITS.actorIdLength);
    expect(id?.at(-1)).toBe('\ufffd');
    expect({ truncated, malformed }).toEqual({ truncated: ['id'] });
  });
});

describe('any context', () => {
  const awkward = fc.oneof(
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withTypedArray: true,
      maxDepth: 1,
    }),
    fc.string({ unit: fc.constantFrom('a', '\0', '\ud83d', '\udcbb', '*/', "'", '"', '\\', '\n', '🧾') }),
    fc.constantFrom<unknown>(
      'x'.repeat(100_000),
      '\u0001'.repeat(100_000),
      '🧾'.repeat(50_000),
      Symbol('s'),
      fail,
      class {
        id = 'of an instance';
      },
    ),
    fc.constant<unknown>(Promise.resolve({})),
  );
  const keys = [
    'id',
    'type',
    'email',
    'role',
    'onBehalfOf',
    'tenant',
    'ip',
    'userAgent',
    'session',
    'requestId',
    'traceId',
    'actor',
  ];
  const members = fc.dictionary(fc.constantFrom(...keys, 'then', 'toJSON', '__proto__'), awkward, { maxKeys: 12 });
  const trapped = fc
    .subarray(keys)
    .map((names) =>
      Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { get: fail, enumerable: true }]))),
    );
  const thing = fc.oneof(awkward, members, trapped);
  const resolver = fc.oneof(
    thing,
    thing.map((value) => () => value),
    fc.constant(fail),
  );
  const context = fc.oneof(
    fc.tuple(members, resolver, resolver).map(([fields, actor, tenant]) => ({ ...fields, actor, tenant })),
    trapped,
    fc.constant(undefined),
  );
  const override = fc.record({
    actor: fc.option(thing, { nil: undefined }),
    tenant: fc.option(awkward, { nil: undefined }),
  });
  // Put in by hand: fast-check itself looks into what it generates.
  const hostile = new Proxy(
    {},
    { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail, getOwnPropertyDescriptor: fail },
  );

  it.each<[string, unknown, unknown]>([
    ['as the context', hostile, {}],
    ['as the actor', { actor: hostile }, {}],
    ['as what a resolver gives', { actor: () => hostile, tenant: () => hostile }, {}],
    ['as an id', { actor: { id: hostile }, tenant: hostile, ip: hostile }, {}],
    ['as the actor of an event', {}, { actor: hostile, tenant: hostile }],
  ])('that throws at every touch does no harm %s', (_, given, instead) => {
    const text = actorSection(given as AuditContext, instead as ActorOverride);
    expect(JSON.parse(text)).toMatchObject({ type: 'anonymous', malformed: expect.any(Array) });
  });

  it('gives valid JSON of bounded size, with text in every member, and never throws', () => {
    fc.assert(
      fc.property(context, override, (given, instead) => {
        const text = actorSection(given as AuditContext | undefined, instead as ActorOverride);
        expect(text.isWellFormed()).toBe(true);
        // Every member at its limit, six bytes for each character, and the names twice.
        expect(Buffer.byteLength(text)).toBeLessThan(15_000);
        const { truncated, malformed, ...rest } = JSON.parse(text) as Record<string, unknown>;
        expect(typeof rest['type']).toBe('string');
        for (const [name, value] of Object.entries(rest)) {
          expect(keys).toContain(name);
          expect(typeof value === 'string' && value !== '').toBe(true);
        }
        for (const names of [truncated, malformed]) {
          if (names === undefined) continue;
          expect(names).toEqual([...new Set(names as string[])]);
          expect((names as string[]).length > 0 && (names as string[]).every((name) => keys.includes(name))).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
