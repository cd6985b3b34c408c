import { type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { stdoutAnchor } from '../../src/checkpoint/anchors/stdout.js';
import { webhookAnchor } from '../../src/checkpoint/anchors/webhook.js';
import { checkpoint, listed } from './battery.js';
import { bodyOf, isSigned, SECRET, serve, type Receiver } from './receiver.js';

const ORIGIN = 'log-1/registry';
const unavailable = (message: RegExp): object =>
  expect.objectContaining({ code: 'AUDIT_ANCHOR_UNAVAILABLE', message: expect.stringMatching(message) });

const receivers: Receiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});

async function answering(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  timeoutMs = 10_000,
): Promise<ReturnType<typeof webhookAnchor>> {
  // prettier-ignore
  const receiver = await serve(answer);
  receivers.push(receiver);
  return webhookAnchor({ url: receiver.url, listUrl: `${receiver.url}/list`, secret: SECRET, timeoutMs });
}

const record = async (size: number): Promise<string> =>
  `${JSON.stringify({ storedAt: '2026-01-02T03:04:05.678Z', note: (await checkpoint(ORIGIN, size)).note })}\n`;

describe('a webhook', () => {
  it('is told in words that its receiver can check, and by one name for one note', async () => {
    const seen: { headers: IncomingMessage['headers']; body: string; signed: boolean; line: string }[] = [];
    const anchor = await answering((request, response) => {
      void bodyOf(request).then((body) => {
        const line = `${request.method} ${request.url}`;
        seen.push({ headers: request.headers, body, signed: isSigned(request, body || (request.url ?? '')), line });
        response.end();
      });
    });
    const put = await checkpoint(ORIGIN, 4);
    for (const each of [put, put, await checkpoint(ORIGIN, 5)]) await anchor.put(each);
    await listed(anchor, ORIGIN, 3);
    expect(seen.map(({ signed, line }) => [signed, line])).toEqual([
      [true, 'POST /'],
      [true, 'POST /'],
      [true, 'POST /'],
      [true, 'GET /list?origin=log-1%2Fregistry&from=3'],
    ]);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual(put);
    const ids = seen.map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
  });

  it.each([301, 302, 307, 400, 401, 404, 409, 500, 503])(
    'that answers %i keeps nothing, and is not followed',
    async (status) => {
      const asked: string[] = [];
      const anchor = await answering((request, response) => {
        asked.push(String(request.url));
        response.writeHead(asked.length > 2 ? 200 : status, { location: '/elsewhere' }).end('secret <b>\u001b[31m');
      });
      await expect(anchor.put(await checkpoint(ORIGIN, 4))).rejects.toEqual(unavailable(new RegExp(`the receiver answered ${status} \\[`))); // prettier-ignore
      await expect(listed(anchor, ORIGIN)).rejects.toEqual(
        unavailable(new RegExp(`the receiver answered ${status} \\[`)),
      );
      expect(asked).toHaveLength(2);
    },
  );

  it('that says nothing, or stops in the middle, is given up', async () => {
    const silent = await answering(() => undefined, 100);
    await expect(silent.put(await checkpoint(ORIGIN, 4))).rejects.toEqual(unavailable(/not known to be kept/));
    await expect(listed(silent, ORIGIN)).rejects.toEqual(unavailable(/nothing came for 100 ms/));
    const line = await record(1);
    const stopping = await answering((_, response) => void response.write(line), 100);
    await expect(listed(stopping, ORIGIN)).rejects.toEqual(unavailable(/nothing came for 100 ms/));
    const cut = await answering((_, response) => {
      response.write(line);
      setTimeout(() => response.destroy(), 20);
    });
    await expect(listed(cut, ORIGIN)).rejects.toEqual(unavailable(/cannot be read/));
  });

  it('that answers without an end is read no further than it has to be', async () => {
    const endless = (_: IncomingMessage, response: ServerResponse): void => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more).on('error', () => undefined);
      more();
    };
    const anchor = await answering(endless);
    await anchor.put(await checkpoint(ORIGIN, 4));
    await expect(listed(anchor, ORIGIN)).rejects.toEqual(unavailable(/line 1 of its list is no record/));
  });

  it.each([
    ['is none', async () => `${await record(1)}{}\n`, /line 2 of its list/],
    ['has no end', async () => (await record(1)) + (await record(2)).trimEnd(), /line 2 of its list/],
    ['is an error page', async () => '<html>\n', /line 1 of its list/],
  ])('whose list has a line that %s is not believed', async (_, text, message) => {
    const body = await text();
    const anchor = await answering((_request, response) => void response.end(body));
    await expect(listed(anchor, ORIGIN)).rejects.toEqual(unavailable(message));
  });

  it('waits for whoever reads its list', async () => {
    const lines = await Promise.all([1, 2, 3].map(record));
    const anchor = await answering((_, response) => void response.end(lines.join('')), 100);
    const sizes: string[] = [];
    for await (const { note, storedAt } of anchor.list?.(ORIGIN) ?? []) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(storedAt).toBe(Date.parse('2026-01-02T03:04:05.678Z'));
      sizes.push(note.split('\n')[1] ?? '');
    }
    expect(sizes).toEqual(['1', '2', '3']);
  });

  it.each([
    [{ url: 'http://audit.example.com/' }, /must be a URL, https/],
    [{ url: 'ftp://audit.example.com/' }, /must be a URL, https/],
    [{ url: 'audit.example.com' }, /must be a URL, https/],
    [{ url: 'http://127.0.0.1.example.com/' }, /must be a URL, https/],
    [{ url: 'https://user:hunter2@audit.example.com/' }, /no user, password/],
    [{ listUrl: 'http://audit.example.com/' }, /^listUrl of/],
    [{ secret: 'hunter2' }, /whsec_.*openssl/],
    [{ secret: 'whsec_aHVudGVyMg==' }, /24 to 64 random bytes/],
    [{ secret: undefined }, /whsec_/],
    [{ timeoutMs: 1 }, /timeoutMs/],
  ])('is refused with options like %j', (wrong, message) => {
    const right = { url: 'https://audit.example.com/', secret: SECRET };
    const refused = expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringMatching(message) });
    expect(() => webhookAnchor({ ...right, ...wrong } as never)).toThrow(refused);
    expect(() => webhookAnchor({ ...right, ...wrong } as never)).not.toThrow(/hunter2|aHVudGVyMg/);
    expect(webhookAnchor(right)).toEqual({ name: 'webhook audit.example.com', put: expect.any(Function) });
  });
});

describe('standard output', () => {
  it('gets a line of JSON for each checkpoint, and says when it took none', async () => {
    const lines: string[] = [];
    const anchor = stdoutAnchor({
      write(text, done) {
        lines.push(text);
        done(lines.length > 1 ? new Error('EPIPE') : undefined);
      },
    });
    const put = await checkpoint(ORIGIN, 4);
    await anchor.put(put);
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({ audit: 'checkpoint', ...put });
    await expect(anchor.put(put)).rejects.toEqual(unavailable(/not written: EPIPE/));
    expect(anchor.list).toBeUndefined();
  });
});
