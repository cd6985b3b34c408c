import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { AuditEntry } from '../../src/query/index.js';
import { FIELD, viewerWorld, type ViewerWorld } from './world.js';
import { VIEWERS, type ServedViewer } from './served.js';

let world: ViewerWorld;
let served: ServedViewer;
beforeAll(async () => {
  world = await viewerWorld();
  served = await (VIEWERS['Express'] as (typeof VIEWERS)[string])(world.options, world.scopes);
}, 120_000);
afterAll(async () => {
  await served?.close();
  await world?.close();
});

/** A value of what must not be seen, and one of what there is not. */
type Pair = readonly [real: string, none: string];
type Values = (entry: AuditEntry) => Pair | undefined;

const pair = (real: unknown, none: string): Pair | undefined => (typeof real === 'string' && /globex|198\.51|merger|payroll/.test(real) ? [real, none] : undefined); // prettier-ignore
const id: Values = ({ id: real }) => [real, randomUUID()];
const group: Values = ({ group: real }) => (real === undefined ? undefined : [real, randomUUID()]);
const tenant: Values = ({ tenant: real }) => pair(real, 'nobody');
const record: Values = ({ resource }) => pair(resource?.id, 'globex-none');
const VALUES: Readonly<Record<string, Values>> = {
  tenant,
  actor: ({ actor }) => pair(actor?.['id'], 'nobody'),
  email: ({ actor }) => pair(actor?.['email'], 'nobody@example.test'),
  address: ({ actor }) => pair(actor?.['ip'], '192.0.2.1'),
  requestId: ({ actor }) => pair(actor?.['requestId'], 'req-none'),
  action: ({ action }) => pair(action, 'nothing.at.all'),
  resource: (entry) => record(entry)?.map((each) => `Invoice:${each}`) as Pair | undefined, // of two
  group,
};

/** Where a condition can stand, and what goes with it. */
const ASKED = ['entries', 'entries?limit=1&order=oldest', 'count', 'facets', 'overview?hours=87600', 'pattern', 'access', 'export?format=csv', 'export?format=ndjson'] as const; // prettier-ignore

const PATHS: readonly (readonly [path: string, values: Values])[] = [
  ...Object.entries(VALUES).flatMap(([name, values]) =>
    ASKED.map((path) => [`${path}${path.includes('?') ? '&' : '?'}${name}=VALUE`, values] as const),
  ),
  ['entries/VALUE', id],
  ['entries/VALUE?tenant=globex', id],
  ['entries/VALUE/around', id],
  ['entries/VALUE/around?tenant=globex', id],
  ['entries/VALUE/revert', id],
  ['entries/VALUE/sealed', id],
  ['entries/VALUE/sealed?tenant=globex', id],
  ['entries/VALUE/proof', id],
  ['entries/VALUE/proof?tenant=globex', id],
  ['groups/VALUE', group],
  ['groups/VALUE?tenant=globex', group],
  ['records/Invoice/VALUE/history', record],
  ['records/Invoice/VALUE/history?tenant=globex', record],
  ['records/Invoice/VALUE/state?at=2026-04-01T00:00:00Z', record],
  ['records/Invoice/VALUE/difference?from=2026-01-01T00:00:00Z&to=2026-04-01T00:00:00Z', record],
  ['records/Invoice/VALUE/reads', record],
  ['failures?by=actor&within=900000000000&atLeast=1&tenant=VALUE', tenant],
];

it('nothing gets out of a scope by any question: it is answered like what does not exist', async () => {
  const marks = world.hidden.flatMap(({ id: own, hash, group: of, details }) => [own, hash, of, details?.['note']].filter((mark) => typeof mark === 'string')); // prettier-ignore
  const escapes: string[] = [];
  let attempts = 0;
  for (const [path, values] of PATHS) {
    const pairs = new Map(world.hidden.flatMap((entry) => values(entry) ?? []).length === 0 ? [] : world.hidden.flatMap((entry) => { const found = values(entry); return found ? [[found[0], found] as const] : []; })); // prettier-ignore
    expect([path, pairs.size > 0]).toEqual([path, true]);
    for (const [real, none] of pairs.values()) {
      attempts += 1;
      const seen = async (value: string): Promise<string> => {
        const answer = await served.ask(`/audit/api/${path.replace('VALUE', encodeURIComponent(value))}`, { user: 'ann' }); // prettier-ignore
        const { 'content-type': type, 'content-length': _length, 'content-disposition': _name } = answer.headers;
        return JSON.stringify([answer.status, type, answer.text.replaceAll(value, '…').replaceAll(/"(?:next|previous)":"[^"]*"/g, '')]); // prettier-ignore
      };
      const [one, other] = [await seen(real), await seen(none)];
      if (one !== other) escapes.push(`${path} ${real}: ${one.slice(0, 300)} | ${other.slice(0, 300)}`);
      for (const mark of [...marks, FIELD])
        if (mark !== real && one.includes(mark)) escapes.push(`${path}: shows ${mark}`);
    }
  }
  console.log(`escapes · viewer: ${attempts} attempts × escapes: ${escapes.length}`);
  expect(escapes.slice(0, 5)).toEqual([]);
  expect(attempts).toBeGreaterThan(300);
}, 300_000);
