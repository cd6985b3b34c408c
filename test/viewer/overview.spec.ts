import { expect, it } from '@jest/globals';
import type { ReaderScope } from '../../src/query/index.js';
import { overview } from '../../src/viewer/api/overview.js';
import type { Asked } from '../../src/viewer/asked.js';

/** An answer to one of this scope, of a log with a checkpoint over all tenants. */
async function answerTo(tenants: ReaderScope['tenants']): Promise<Record<string, unknown>> {
  const at = new Date('2026-03-01T00:00:00Z');
  const asked = {
    scope: { tenants, actor: { id: 'ann' } },
    reader: { overview: async () => ({ hours: [], isExact: true, outcomes: [], actions: [], actors: [] }) },
    source: {
      evidence: async () => ({ checkpoint: { size: 4_711, at }, anchoredAt: at, anchors: ['vault-of-the-house'] }),
      backlog: async () => ({ unsealed: 17, oldestMs: 5, sealer: { alive: true, lagMs: 3 } }),
    },
    query: new URLSearchParams(),
  } as unknown as Asked; // what the answer reads of it
  return JSON.parse((await overview(asked)).body as string) as Record<string, unknown>; // text, as all JSON is answered
}

it('the overview says to whoever sees a part of the tenants that it is signed and anchored, and nothing of the others', async () => {
  const at = '2026-03-01T00:00:00.000Z';
  const part = await answerTo(['acme']);
  expect(part).toMatchObject({ checkpoint: { at }, anchors: [{ name: '', at }] });
  expect(Object.keys(part['checkpoint'] as object)).toEqual(['at']);
  expect(JSON.stringify(part)).not.toMatch(/4711|vault|unsealed|sealer/);
  const all = await answerTo('all');
  expect(all).toMatchObject({ checkpoint: { size: 4_711, at }, unsealed: { count: 17 }, sealer: { alive: true }, anchors: [{ name: 'vault-of-the-house' }] }); // prettier-ignore
});
