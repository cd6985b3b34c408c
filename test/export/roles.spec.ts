import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { withContext } from '../../src/context/index.js';
import { writeExport } from '../../src/export/directory.js';
import { verifyExport } from '../../src/export/verify-export.js';
import { AuditReader } from '../../src/query/index.js';
import { postgresEntryStore, postgresExportLog, withProofSource } from '../../src/store/postgres/index.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';

let world: LevelsWorld;
let here: string;
let audit: Audit;
beforeAll(async () => {
  here = mkdtempSync(join(tmpdir(), 'audit-roles-'));
  world = await levelsWorld();
  await world.reconcile();
  const { app, sealer, reader } = world.roles;
  audit = createAudit({ databaseUrl: world.urlOf(app), sealerUrl: world.urlOf(sealer), readerUrl: world.urlOf(reader), flushIntervalMs: 1, seal: { minWaitMs: 1 } }); // prettier-ignore
  for (const tenant of ['acme', 'globex'])
    await withContext({ actor: { id: 'ann' }, tenant }, () => audit.record({ action: 'report.made' }));
  await audit.flush();
});
afterAll(async () => {
  await audit.close();
  rmSync(here, { recursive: true });
  await world.close();
});

async function actionsOf(from: Audit, tenant: string): Promise<string[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of from.export({ tenant })) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString().split('\n').filter(Boolean); // prettier-ignore
  return lines.map((line) => (JSON.parse(line) as { action: string }).action);
}

it('a reader takes along the tenant that is named, and leaves that in its chain under the name of its role', async () => {
  expect(await actionsOf(audit, 'acme')).toEqual(expect.arrayContaining(['chain.open', 'report.made']));
  await audit.flush();
  // Its own may be sealed by now, or not.
  expect([...new Set(await actionsOf(audit, 'acme'))].toSorted()).toEqual(['audit.exported', 'chain.open', 'report.made']); // prettier-ignore
  const [told] = (await audit.query.find({ tenant: 'acme', action: 'audit.exported' })).entries;
  expect(told?.actor).toMatchObject({ id: `db:${world.roles.reader}`, tenant: 'acme' });
  expect((await audit.query.find({ tenant: 'globex', action: 'audit.exported' })).entries).toEqual([]);
});

it('an auditor takes along leaves and openings', async () => {
  const pool = world.poolOf(world.roles.auditor);
  const directory = join(here, 'auditor');
  await writeExport(new AuditReader(postgresEntryStore(pool, 'audit')), { tenant: 'globex' }, {
    directory,
    producedBy: 'test',
    values: 'columns',
    sheet: { command: [], versions: [] },
    record: postgresExportLog(pool, 'audit'),
    withProof: (work) => withProofSource(pool, 'audit', work),
    evidence: { openings: true },
  }); // prettier-ignore
  expect(await verifyExport(directory)).toMatchObject({ verdict: 'VERIFIED', count: 2 });
});

it.each(['app', 'other'] as const)('the role %s takes nothing along', async (role) => {
  const other = createAudit({ databaseUrl: world.urlOf(world.roles[role]), seal: false, probe: 'off' });
  await expect(actionsOf(other, 'acme')).rejects.toMatchObject({ code: 'AUDIT_PRIVILEGE_MISSING' });
  await other.close();
});
