import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportEntries, type EntryExport, type ExportOptions, type ExportQuery, type ExportSource } from '../../src/export/entries.js'; // prettier-ignore
import { AuditReader, type AuditQuery } from '../../src/query/index.js';
import { postgresEntryStore, postgresExportLog } from '../../src/store/postgres/index.js';
import { captureMany, emptyLog, sealAll, type FilledLog } from '../support/filled-log.js';

const COUNT = 1_203; // and the opening of the chain
let log: FilledLog;
let reader: AuditReader;

beforeAll(async () => {
  log = await emptyLog();
  await captureMany(log.pool, COUNT, 200);
  await sealAll(log.pool);
  reader = new AuditReader(postgresEntryStore(log.pool, 'audit'));
});
afterAll(() => log.close());

const entriesOf = (source: ExportSource, query: ExportQuery = {}, options: Partial<ExportOptions> = {}): EntryExport =>
  exportEntries(source, query, { record: postgresExportLog(log.pool, 'audit'), ...options });

/** Counts the questions, and can fail at one of them. */
function watched(failAt = Number.POSITIVE_INFINITY): ExportSource & { asked: AuditQuery[] } {
  const asked: AuditQuery[] = [];
  return {
    asked,
    find(query) {
      asked.push(query);
      return asked.length === failAt ? log.pool.query('select 1/0').then(() => ({ entries: [] })) : reader.find(query);
    },
  };
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}
const idsIn = (text: string): string[] =>
  text.split('\n').filter(Boolean).map((line) => (JSON.parse(line) as { id: string }).id); // prettier-ignore

describe('an export of entries', () => {
  it('has each entry once, in order, as the reader gives it', async () => {
    const made = entriesOf(reader, { order: 'newest' });
    const text = await textOf(made);
    const { rows } = await log.pool.query<{ id: string }>(
      'select id from audit.entry where chain = 1 order by id desc',
    );
    expect(idsIn(text)).toEqual(rows.map(({ id }) => id));
    expect([made.count, made.cursor, made.contentType]).toEqual([COUNT + 1, undefined, 'application/x-ndjson']);
    const [first] = (await reader.find({ limit: 1 })).entries;
    expect(JSON.parse(text.slice(0, text.indexOf('\n')))).toEqual(JSON.parse(JSON.stringify(first)));
  });

  it.each(['oldest', 'newest'] as const)('goes on by the cursor of every chunk without a gap or a double, %s first', async (order) => {
    const whole = idsIn(await textOf(entriesOf(reader, { order })));
    for (let cut = 1; cut < 8; cut += 1) {
      const first = entriesOf(reader, { order }, { pageSize: 100 });
      let text = '';
      let chunks = 0;
      for await (const chunk of first) {
        text += Buffer.from(chunk).toString();
        chunks += 1;
        if (chunks === cut) break;
      }
      const { cursor = 'none' } = first;
      text += await textOf(entriesOf(reader, { order }, { cursor, pageSize: 100 }));
      expect(idsIn(text)).toEqual(whole);
    }
  }, 60_000); // prettier-ignore

  it('that is cut by the database says where to go on, and has given all that is before it', async () => {
    for (const failAt of [2, 3, 7]) {
      const made = entriesOf(watched(failAt), {}, { pageSize: 100 });
      let text = '';
      const failed = await (async () => {
        for await (const chunk of made) text += Buffer.from(chunk).toString();
      })().catch((error: unknown) => error);
      expect(failed).toMatchObject({
        code: 'AUDIT_EXPORT_INTERRUPTED',
        facts: { count: (failAt - 1) * 100, cursor: made.cursor },
        message: expect.stringMatching(/division by zero; ask again with the cursor/),
      });
      text += await textOf(entriesOf(reader, {}, { cursor: made.cursor, pageSize: 100 }));
      expect(new Set(idsIn(text)).size).toBe(COUNT + 1);
      expect(idsIn(text).length).toBe(COUNT + 1);
    }
  });

  it('is cut by a statement timeout and by the end of its backend in the same way', async () => {
    for (const hurt of [`set statement_timeout = 1`, 'pg_terminate_backend']) {
      let asked = 0;
      const source: ExportSource = {
        find: async (query) => {
          asked += 1;
          if (asked !== 3) return await reader.find(query);
          const client = await log.pool.connect();
          client.on('error', () => undefined);
          try {
            if (hurt.startsWith('set')) await client.query(`${hurt}; select pg_sleep(1)`);
            else await client.query(`select pg_terminate_backend(pg_backend_pid())`);
            return { entries: [] };
          } finally {
            client.release(true);
          }
        },
      };
      const made = entriesOf(source, {}, { pageSize: 100 });
      await expect(textOf(made)).rejects.toMatchObject({ code: 'AUDIT_EXPORT_INTERRUPTED', facts: { count: 200 }, message: expect.stringMatching(/timeout|terminat/) }); // prettier-ignore
      expect((await textOf(entriesOf(reader, {}, { cursor: made.cursor ?? '' }))).length).toBeGreaterThan(100);
    }
  });

  it('reads nothing ahead of whoever takes it slowly, and holds no connection meanwhile', async () => {
    const source = watched();
    const chunks = entriesOf(source, {}, { pageSize: 100 })[Symbol.asyncIterator]();
    await chunks.next();
    const { asked } = source;
    const before = asked.length;
    await sleep(200);
    expect(asked.length).toBe(before);
    const busy = `select count(*)::int as n from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`;
    expect((await log.pool.query<{ n: number }>(busy)).rows).toEqual([{ n: 0 }]);
    await chunks.return(undefined);
  });

  it('as a stream waits for whoever reads, and stops when the stream is destroyed', async () => {
    const source = watched();
    const stream = Readable.from(entriesOf(source, {}, { pageSize: 100 }), { objectMode: false });
    await new Promise((resolve) => stream.once('readable', resolve));
    await sleep(200);
    expect(source.asked.length).toBeLessThan(6); // two chunks of 64 KiB at most
    stream.destroy();
    const before = source.asked.length;
    await sleep(100);
    expect(source.asked.length).toBe(before);
  });

  it('ends when its signal does, between two pages and in the middle of one', async () => {
    const reason = new Error('the client went away');
    const control = new AbortController();
    const source = watched();
    const failed = (async () => {
      for await (const chunk of entriesOf(source, {}, { signal: control.signal, pageSize: 100 }))
        if (chunk.length > 0) control.abort(reason);
    })();
    await expect(failed).rejects.toBe(reason);
    expect(source.asked.length).toBeLessThan(3);
    await expect(textOf(entriesOf(source, {}, { signal: control.signal }))).rejects.toBe(reason);
  });

  it.each([
    ['a cursor of something else', { cursor: 'x' }],
    ['a cursor that is too long', { cursor: '0'.repeat(2_000) }],
    ['a cursor of other conditions', { cursor: '~00000000-0000-7000-8000-000000000000' }],
    ['a wrong format', { format: 'xml' as 'csv' }],
    ['a page of too many', { pageSize: 1e9 }],
  ])('refuses %s', async (_name, options) => {
    const made = async (): Promise<string> => await textOf(entriesOf(reader, {}, options));
    await expect(made()).rejects.toMatchObject({ code: expect.stringMatching(/^AUDIT_(CURSOR|QUERY|OPTIONS)_INVALID$/) }); // prettier-ignore
  });
});
