import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { createLog, sealAll } from '../support/log.js';

const run = promisify(execFile);

it('the runs of the benchmark of exports write, and verify what they wrote', async () => {
  const log = await createLog();
  const folder = mkdtempSync(join(tmpdir(), 'audit-bench-'));
  await log.pool.query(`insert into audit.content (source, op, model, resource_id, tenant_key, actor, data) select 'change', 'insert', 'Note', n::text, 'acme-10', '{"id":"ann"}', '{"id":"' || n || '"}' from generate_series(1, 99) n`); // prettier-ignore
  await sealAll(log.store);
  for (const what of ['ndjson', 'csv', 'leaves', 'openings'])
    for (const each of [what, 'verify']) {
      const { stdout } = await run(process.execPath, ['bench/export-run.mjs', each, log.url, join(folder, what)]);
      const { rows, megabytes } = JSON.parse(stdout) as { rows: number; megabytes: number };
      expect(rows).toBeGreaterThanOrEqual(100); // and the exports, when they are sealed
      expect(megabytes).toBeGreaterThan(10);
    }
  rmSync(folder, { recursive: true });
  await log.close();
});
