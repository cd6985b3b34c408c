import { HttpException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { errorFact } from '../../src/http/request-record.js';

const fail = (): never => {
  throw new Error('from a getter');
};
class Own extends Error {
  override readonly name = 'Own';
  readonly code = 42;
}

describe('what is logged of an error', () => {
  it.each<[string, unknown, object]>([
    ['an error', new TypeError('broken'), { name: 'TypeError', message: 'broken' }],
    ['a class of the application with a code', new Own('mine'), { name: 'Own', message: 'mine', code: '42' }],
    ['an HttpException', new NotFoundException('no'), { name: 'NotFoundException', message: 'no', code: '404' }],
    [
      'an HttpException with a body',
      new HttpException({ password: 'x' }, 400),
      { name: 'HttpException', message: 'Http Exception', code: '400' },
    ],
    [
      'a system error',
      Object.assign(new Error('gone'), { code: 'ECONNRESET' }),
      { name: 'Error', message: 'gone', code: 'ECONNRESET' },
    ],
    ['a code that is no text', Object.assign(new Error('x'), { code: {} }), { name: 'Error', message: 'x' }],
    ['a text', 'just text', { name: 'string', message: 'just text' }],
    ['nothing', undefined, { name: 'undefined', message: 'undefined' }],
    ['null', null, { name: 'object', message: 'null' }],
    ['a symbol', Symbol('s'), { name: 'symbol', message: 'Symbol(s)' }],
    ['a message that throws', Object.defineProperty(new Error('x'), 'message', { get: fail }), { name: 'unreadable' }],
    ['an object without a prototype', Object.create(null), { name: 'unreadable' }],
    ['a proxy that throws', new Proxy({}, { get: fail, getPrototypeOf: fail }), { name: 'unreadable' }],
  ])('%s', (_name, error, fact) => {
    expect(errorFact(error)).toEqual(fact);
  });

  it("of Prisma's is the one line that says what went wrong, not the caller's source and values", () => {
    const message = `\nInvalid \`prisma.user.create()\` invocation in\n/app/src/users.ts:12:3\n\n  data: { password: "hunter2" }\n\nUnique constraint failed on the fields: (\`email\`)\n`;
    const error = Object.assign(new Error(message), { name: 'PrismaClientKnownRequestError', code: 'P2002' });
    expect(errorFact(error)).toEqual({
      name: 'PrismaClientKnownRequestError',
      message: 'Unique constraint failed on the fields: (`email`)',
      code: 'P2002',
    });
  });

  it('is never a stack', () => {
    expect(JSON.stringify(errorFact(new Error('x')))).not.toContain('error-fact.spec');
  });

  it('has the frames of its stack where they are asked for, and nothing of the message', () => {
    const error = new Error('of ann@example.test\n    at hunter2 (a line of the message)');
    const { frames = '' } = errorFact(error, { stacks: true });
    expect(frames).toContain('error-fact.spec');
    expect(frames.split('\n').every((line) => line.startsWith('at '))).toBe(true);
    expect(frames).not.toMatch(/ann@|hunter2/);
    error.message = 'changed since';
    expect(errorFact(error, { stacks: true }).frames).not.toMatch(/ann@|hunter2/);
  });

  it('has few frames, and short ones, whatever the stack is', () => {
    const stack = `Error: x\n${Array.from({ length: 500 }, () => `    at ${'f'.repeat(1_000)} (a.js:1:2)`).join('\n')}`;
    const { frames = '' } = errorFact(Object.assign(new Error('x'), { stack }), { stacks: true });
    expect(frames.split('\n')).toHaveLength(20);
    expect(frames.length).toBeLessThanOrEqual(20 * 301);
    expect(errorFact(Object.assign(new Error('x'), { stack: 7 }), { stacks: true })).not.toHaveProperty('frames');
  });

  it('is text in every member, whatever was thrown', () => {
    const hostile = fc.constantFrom<unknown>(
      Object.defineProperty(new Error('x'), 'name', { get: fail }),
      Object.defineProperty(new Error('x'), 'code', { get: fail, enumerable: true }),
      Object.assign(new Error('x'), { name: undefined }),
      Object.assign(new Error('x'), { message: 7 }),
      Object.assign(new Error('x'), { name: { toString: fail } }),
      Object.assign(new Error('x'), { name: 'PrismaClientError', message: undefined }),
      { toString: fail },
      { [Symbol.toPrimitive]: fail },
    );
    const members = fc.dictionary(
      fc.constantFrom('name', 'message', 'code', 'status', 'stack', 'cause'),
      fc.anything(),
    );
    const thrown = fc.oneof(
      fc.anything({ withNullPrototype: true, withBigInt: true }),
      members.map((own) => Object.assign(new Error('x'), own)),
      hostile,
    );
    fc.assert(
      fc.property(thrown, (error) => {
        const fact = errorFact(error);
        for (const value of Object.values(fact)) expect(typeof value).toBe('string');
        expect(['name', 'message', 'code']).toEqual(expect.arrayContaining(Object.keys(fact)));
      }),
      { numRuns: 2_000 },
    );
  });
});
