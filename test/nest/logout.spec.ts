import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Post, Req, Res } from '@nestjs/common';
import { Audited, type AuditRequest } from '../../src/index.js';
import { createLog, serve, type Log, type Served } from './app.js';

@Controller()
class Door {
  @Audited('auth.logout')
  @Post('logout')
  logout(@Req() request: { user?: unknown }): void {
    request.user = null; // as Passport's req.logout() does
  }

  @Post('own-id')
  own(@Res({ passthrough: true }) response: { getHeader(name: string): unknown }): unknown {
    return { id: response.getHeader('x-request-id') };
  }
}

let log: Log;
let served: Served;
beforeAll(async () => {
  log = await createLog();
  served = await serve(
    log.url,
    { controllers: [Door] },
    {
      audit: { tenant: (request) => request.user?.org },
      prepare: (app) =>
        app.use(
          (
            request: { user?: unknown; headers: AuditRequest['headers'] },
            response: ServerResponse,
            next: () => void,
          ) => {
            request.user = { id: 7, org: 'acme' };
            if (request.headers['x-own'] === 'yes') response.setHeader('X-Request-ID', 'app-own-id');
            next();
          },
        ),
    },
  );
});
afterAll(async () => {
  await served.close();
  await log.close();
});

describe('a request', () => {
  it('that ends with nobody signed in was made by whoever was when the handler began', async () => {
    const { id } = await served.send('POST', '/logout');
    expect(await served.entries({ requestId: id, tenant: 'acme' })).toMatchObject([
      { action: 'auth.logout', actor: { id: '7' } },
    ]);
  });

  it('keeps the id that the application itself has given it', async () => {
    expect((await served.send('POST', '/own-id', { 'x-own': 'yes' })).id).toBe('app-own-id');
  });
});
