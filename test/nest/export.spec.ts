import { get, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Inject, Query, StreamableFile } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditService, type EntryExport } from '../../src/index.js';
import { captureMany, sealAll } from '../support/filled-log.js';
import { closeAll, createLog, serve, type Log } from './app.js';

const COUNT = 6_000;
let log: Log;
const made: EntryExport[] = [];

@Controller('exports')
class Exports {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}

  @Get()
  download(@Query('format') format: 'csv' | 'ndjson'): StreamableFile {
    const entries = this.audit.export({ action: 'thing.*' }, { format, by: { id: 'auditor-7' } });
    made.push(entries);
    return new StreamableFile(Readable.from(entries, { objectMode: false }), { type: entries.contentType, disposition: 'attachment; filename="audit"' }); // prettier-ignore
  }
}

beforeAll(async () => {
  log = await createLog();
  await captureMany(log.pool, COUNT, 1_000);
  await sealAll(log.pool);
});
afterEach(() => closeAll());
afterAll(() => log.close());

const opened = (url: string): Promise<IncomingMessage> => new Promise((resolve, reject) => get(url, resolve).on('error', reject)); // prettier-ignore

/** The number when it has stayed the same for a while. */
async function settled(read: () => number): Promise<number> {
  for (let last = -1; ;) {
    const now = read();
    if (now === last) return now;
    last = now;
    await sleep(300);
  }
}

describe.each(['express', 'fastify'] as const)('an export by a route of Nest on %s', (on) => {
  it('comes whole, and is in the log', async () => {
    const served = await serve(log.url, { controllers: [Exports] }, { on, audit: { seal: false } });
    const answer = await served.send('GET', '/exports?format=csv');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.text.split('\r\n').length).toBe(COUNT + 2);
    const { rows } = await log.pool.query<{ data: string }>(`select data from audit.content where header like '%audit.exported%' order by pos desc limit 1`); // prettier-ignore
    expect(JSON.parse(rows[0]?.data ?? '')).toMatchObject({ details: { format: 'csv', filter: { action: 'thing.*' }, reader: { id: 'auditor-7' } } }); // prettier-ignore
    expect(served.audit.export().cursor).toBe(''); // before anything was read
  });

  it('waits for a client that does not read, and ends when it goes away', async () => {
    const { url } = await serve(log.url, { controllers: [Exports] }, { on, audit: { seal: false } });
    const response = await opened(`${url}/exports?format=ndjson`);
    response.pause();
    const entries = made.at(-1) as EntryExport;
    const waiting = await settled(() => entries.count);
    expect(waiting).toBeGreaterThan(0);
    expect(waiting).toBeLessThan(COUNT); // what buffers and sockets hold
    response.destroy();
    await sleep(100);
    const ended = entries.count;
    await sleep(300);
    expect(entries.count).toBe(ended);
    expect((await entries[Symbol.asyncIterator]().next()).done).toBe(true);
  });
});
