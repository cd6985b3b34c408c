import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { postgresAnchor, type QueryPool } from '../../src/checkpoint/anchors/postgres.js';
import { s3Anchor } from '../../src/s3/s3-anchor.js';
import { createDatabase } from '../support/database.js';
import { checkpoint, listed } from './battery.js';

const ORIGIN = 'log-1/registry';
const NOTE_BYTES = 128 * 1024;

describe('a view of somebody hostile in the place of the table of checkpoints', () => {
  it.each([
    ['of notes of 20 MB', `repeat('x', 20000000)`, ''],
    ['of notes as long as notes may be', `repeat('x', ${NOTE_BYTES})`, 'x'.repeat(NOTE_BYTES)],
  ])('%s gives little at once, and nothing of what is no note', async (_name, note, given) => {
    const database = await createDatabase();
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    await pool.query(`create view audit_checkpoints as select g - 3.5 as id, now() as stored_at, '${ORIGIN}'::text collate "C" as origin, 9 as size, ${note} as note from generate_series(1, 120) g`); // prettier-ignore
    const pages: number[] = [];
    const counted: QueryPool = {
      async query(text, values) {
        const result = await pool.query<Record<string, unknown>>(text, values);
        pages.push(result.rows.reduce((sum, row) => sum + Buffer.byteLength(JSON.stringify(row)), 0));
        return result;
      },
    };
    const found = await listed(postgresAnchor(counted), ORIGIN);
    expect(found.map((each) => each.note === given)).toEqual(Array.from({ length: found.length }, () => true));
    expect(found.length).toBeGreaterThan(100);
    expect(Math.max(...pages)).toBeLessThan(5 * 1024 * 1024);
    await pool.end();
    await database.drop();
  });
});

/** Sends without end, as long as somebody listens. */
function endless(response: ServerResponse, sent: { bytes: number }): void {
  const chunk = Buffer.alloc(1 << 20, 120);
  const more = (): void => {
    while (!response.destroyed) {
      sent.bytes += chunk.length;
      if (!response.write(chunk)) break;
    }
    response.once('drain', more);
  };
  response.on('error', () => undefined);
  more();
}

const LISTED = (size: number): string => `<?xml version="1.0"?><ListVersionsResult><IsTruncated>false</IsTruncated>
  <Version><Key>${ORIGIN}/0000000000000005</Key><VersionId>v</VersionId><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>${size}</Size></Version></ListVersionsResult>`;

describe('an S3 endpoint of somebody hostile is read to a bound', () => {
  it.each<[string, (response: ServerResponse, isList: boolean, sent: { bytes: number }) => void, RegExp]>([
    ['an object without end', (response, isList, sent) => (isList ? response.end(LISTED(100)) : endless(response, sent)), /more than 100 bytes/],
    ['a listing without end', (response, isList, sent) => endless(response.writeHead(200, { 'content-type': 'application/xml' }), sent), /answer has more than 16777216 bytes/],
    ['a listing that begins as one', (response, isList, sent) => { response.write(LISTED(100).slice(0, 300)); endless(response, sent); }, /answer has more than 16777216 bytes/],
    ['an error without end', (response, isList, sent) => endless(response.writeHead(403, { 'content-type': 'application/xml' }), sent), /answer has more than 16777216 bytes/],
    ['an object that is longer than it is listed', (response, isList) => response.end(isList ? LISTED(100) : 'x'.repeat(101)), /more than 100 bytes/],
    ['an object that is listed as longer than a note', (response, isList) => response.end(isList ? LISTED(NOTE_BYTES + 1) : 'x'), /too large/],
  ])('%s', async (_name, answer, message) => {
    const sent = { bytes: 0 };
    const server = createServer((request, response) => answer(response, String(request.url).includes('versions'), sent)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const client = new S3Client({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, credentials: { accessKeyId: 'x', secretAccessKey: 'y' }, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 });
    const anchor = s3Anchor({ client, bucket: 'checkpoints', retainDays: 1, mode: 'COMPLIANCE' });
    await expect(listed(anchor, ORIGIN)).rejects.toMatchObject({ code: 'AUDIT_ANCHOR_UNAVAILABLE', message: expect.stringMatching(message) });
    // What lies between them, in the buffers of both sides, comes on top.
    expect(sent.bytes).toBeLessThan(64 * 1024 * 1024);
    client.destroy();
    server.closeAllConnections();
    server.close();
  }, 60_000); // prettier-ignore

  it('what is no longer than that is read as it is, the longest note too', async () => {
    const signed = (await checkpoint(ORIGIN, 5)).note;
    const note = signed + 'x'.repeat(NOTE_BYTES - Buffer.byteLength(signed));
    const server = createServer((request, response) =>
      response.end(String(request.url).includes('versions') ? LISTED(NOTE_BYTES) : note),
    ).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const client = new S3Client({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, credentials: { accessKeyId: 'x', secretAccessKey: 'y' }, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 }); // prettier-ignore
    expect(await listed(s3Anchor({ client, bucket: 'checkpoints', retainDays: 1, mode: 'COMPLIANCE' }), ORIGIN)).toEqual([{ note, storedAt: Date.UTC(2026, 0, 1) }]); // prettier-ignore
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
});
