import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { directoryAnchor } from '../../src/checkpoint/anchors/directory.js';
import { fileAnchor } from '../../src/checkpoint/anchors/file.js';
import { postgresAnchor } from '../../src/checkpoint/anchors/postgres.js';
import { webhookAnchor } from '../../src/checkpoint/anchors/webhook.js';
import { createDatabase } from '../support/database.js';
import { battery, type Place } from './battery.js';
import { webhookPlace } from './receiver.js';

/** A folder, and something in it. */
function onDisk(make: (path: string) => ReturnType<Place['anchor']>): Place {
  const root = mkdtempSync(join(tmpdir(), 'audit-anchor-'));
  const mounted = join(root, 'mounted');
  mkdirSync(mounted);
  return {
    anchor: () => make(mounted),
    ruin: () => rmSync(mounted, { recursive: true }), // as when it is not mounted
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

async function inPostgres(table: string): Promise<Place> {
  const database = await createDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => undefined); // the database is dropped under it
  await pool.query('create schema auditor');
  return {
    anchor: () => postgresAnchor(pool, { table }),
    ruin: () => database.drop(),
    close: () => pool.end(),
  };
}

battery('a file', true, () => onDisk((path) => fileAnchor(join(path, 'checkpoints'))));
battery('a directory', false, () => onDisk((path) => directoryAnchor(path)));
battery('another PostgreSQL', true, () => inPostgres('audit_checkpoints'));
battery('a schema of another PostgreSQL', true, () => inPostgres('auditor.checkpoints'));
battery('a webhook', true, webhookPlace);

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
it.each([
  ['a file', fileAnchor('/nowhere/there/notes'), /there is no folder "\/nowhere\/there": .*mkdir -p "\/nowhere\/there"/],
  ['a directory', directoryAnchor('/nowhere/there'), /there is no folder "\/nowhere\/there": .*mkdir -p/],
  ['a webhook', webhookAnchor({ url: 'http://127.0.0.1:1025/', listUrl: 'http://127.0.0.1:1025/', secret: SECRET }), /fetch failed: .*ECONNREFUSED/],
])('%s that is not there says why, and what to do', async (_name, anchor, says) => {
  await expect(anchor.put({ origin: 'a/registry', size: 1, note: 'a/registry\n1\nx\n' })).rejects.toThrow(says);
  await expect(anchor.list?.('a/registry')[Symbol.asyncIterator]().next()).rejects.toThrow(says);
}); // prettier-ignore
