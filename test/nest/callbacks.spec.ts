import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Param,
  Post,
  Query,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Audited } from '../../src/index.js';
import { createLog, serve, type Log, type Served } from './app.js';
import { CALLBACKS, circular, fail } from './callbacks.js';

const hostileError = Object.defineProperties(new Error('x'), { name: { get: fail }, message: { get: fail } });

@Controller()
class Awkward {
  @Post('error/hostile')
  @Audited('error.hostile')
  hostile(): never {
    throw hostileError;
  }
  @Post('error/text')
  @Audited('error.text')
  text(): never {
    // oxlint-disable-next-line typescript/only-throw-error -- an application may
    throw 'just text';
  }
  @Get('circular')
  @Audited('circular', { resource: 'Ring', details: ({ result }) => ({ result }) })
  circular(): unknown {
    return circular;
  }
  @Get('circular-plain')
  circularPlain(): unknown {
    return circular;
  }
  @Get('args/:id')
  @Audited('args', { details: ({ params, args, result }) => ({ params, args: args?.length ?? 'none', result }) })
  args(@Param('id') id: string, @Query('q') q: string): string {
    return id + q;
  }
}
// One handler for each row of the table.
for (const [name, [options]] of Object.entries(CALLBACKS)) {
  const handler = (): unknown => ({ ok: name });
  Object.defineProperty(Awkward.prototype, name, { value: handler, writable: true, configurable: true });
  const descriptor = Object.getOwnPropertyDescriptor(Awkward.prototype, name) as PropertyDescriptor;
  Get(`callback/${name}`)(Awkward.prototype, name, descriptor);
  Audited(`callback.${name}`, options)(Awkward.prototype, name, descriptor);
}

@Injectable()
class HostileUser implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: unknown }>();
    const users: Record<string, unknown> = {
      getter: {
        get id() {
          return fail();
        },
        email: 'a@b.example',
      },
      proxy: new Proxy({}, { get: fail, has: fail, ownKeys: fail }),
      circular,
      text: 'ann',
      nested: { id: { toString: fail }, roles: [Symbol('x')] },
    };
    request.user = users[request.headers['x-user'] ?? ''];
    return true;
  }
}

let log: Log;
let served: Served;
const problems: unknown[] = [];
beforeAll(async () => {
  log = await createLog();
  served = await serve(log.url, { controllers: [Awkward], providers: [{ provide: APP_GUARD, useClass: HostileUser }] });
  process.on('unhandledRejection', onUnhandled);
});
afterAll(async () => {
  process.off('unhandledRejection', onUnhandled);
  await served.close();
  await log.close();
});
function onUnhandled(error: unknown): void {
  problems.push(error);
}

describe('a callback of @Audited', () => {
  it.each(Object.entries(CALLBACKS))(
    'never touches the response, and one entry says so: %s',
    async (name, [, expected]) => {
      const { id, status, text } = await served.send('GET', `/callback/${name}`);
      expect({ status, text }).toEqual({ status: 200, text: JSON.stringify({ ok: name }) });
      const entries = await served.entries({ requestId: id });
      expect(entries).toHaveLength(1);
      const { details = {} } = expected as { details?: object };
      const http = { method: 'GET', route: `/callback/${name}`, status: 200, bytes: text.length };
      expect(entries[0]).toMatchObject({
        action: `callback.${name}`,
        outcome: 'success',
        ...expected,
        details: { http },
      });
      expect(entries[0]?.details).toEqual({ ...details, http });
      expect(problems).toEqual([]);
    },
  );

  it('sees a circular result, which JSON cannot answer with or without us', async () => {
    const plain = await served.send('GET', '/circular-plain');
    const { id, status, text } = await served.send('GET', '/circular');
    expect({ status, text }).toEqual({ status: plain.status, text: plain.text });
    expect(await served.entries({ requestId: id })).toMatchObject([
      { outcome: 'failure', resource: { type: 'Ring', id: 'round' }, details: { http: { status: 500 } } },
    ]);
  });

  it('gets the parameters of the route and the result', async () => {
    const { id } = await served.send('GET', '/args/7?q=x');
    expect((await served.entries({ requestId: id }))[0]?.details).toMatchObject({ params: { id: '7' }, result: '7x' });
  });
});

describe('the arguments of the handler', () => {
  // Nest resolves them behind the interceptors: when this passes, it has become a guarantee.
  it('are given to the callbacks', async () => {
    const { id } = await served.send('GET', '/args/7?q=x');
    expect((await served.entries({ requestId: id }))[0]?.details).toMatchObject({ args: 2 });
  });
});

describe('what the application throws or leaves on the request', () => {
  it.each([
    ['hostile', 500, { name: 'unreadable' }],
    ['text', 500, { name: 'string', message: 'just text' }],
  ])('an error that cannot be read is an error all the same: %s', async (name, status, error) => {
    const answer = await served.send('POST', `/error/${name}`);
    const entries = await served.entries({ requestId: answer.id });
    expect(entries).toMatchObject([{ action: `error.${name}`, outcome: 'failure', error }]);
    expect(answer.status).toBe(status);
  });

  it.each(['getter', 'proxy', 'circular', 'text', 'nested'])('a user object does no harm: %s', async (user) => {
    const { id, status } = await served.send('GET', '/args/7?q=x', { 'x-user': user });
    expect(status).toBe(200);
    expect(await served.entries({ requestId: id })).toMatchObject([{ action: 'args', outcome: 'success' }]);
  });
});
