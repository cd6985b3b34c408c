import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Keeper } from '../../src/checkpoint/keeper.js';
import type { Anchor, AnchoredNote } from '../../src/checkpoint/port.js';
import { Sealer } from '../../src/sealer/index.js';
import { postgresCheckpointStore } from '../../src/store/postgres/index.js';
import { createLog, write, type TestLog } from '../support/log.js';
import { MemoryAnchor, signerOf } from './support/memory.js';
import { asOwner } from './support/signed-log.js';

let log: TestLog;
let good: MemoryAnchor;
beforeEach(async () => {
  log = await createLog();
  good = new MemoryAnchor();
});
afterEach(() => log.close());

/** Leads until the good anchor has the checkpoint of all that was written, and stops. @returns what was told meanwhile */
async function lead(bad: readonly Anchor[]): Promise<string> {
  const errors: unknown[] = [];
  const onError = (error: unknown): number => errors.push(error);
  const keeper = new Keeper(postgresCheckpointStore(log.pool, 'audit'), {
    signer: signerOf('one'),
    required: true,
    anchors: [...bad, good],
    tickMs: 50,
    heartbeatMs: 60_000,
    patienceMs: 100,
    onError,
  });
  const sealer = new Sealer(log.store, { minWaitMs: 5, maxWaitMs: 20, leaseMs: 2_000, keeper, onError });
  const before = good.notes.length;
  await write(log.pool);
  sealer.start();
  for (let i = 0; i < 400 && (good.notes.length === before || errors.length < bad.length); i += 1) await sleep(20);
  await sealer.stop();
  expect(good.notes.length).toBeGreaterThan(before);
  return errors.map(String).join('\n');
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
const anchor = (parts: Partial<Anchor>): Anchor => ({ name: 'hostile', put: () => Promise.resolve(), ...parts });

describe('an anchor of somebody hostile does not stop the signing, and is told of:', () => {
  it.each<[string, Partial<Anchor>, RegExp]>([
    ['its list hangs', { async *list() { yield await never<AnchoredNote>(); } }, /hostile could not be read: nothing came for 100 ms/],
    ['its list never ends', { async *list() { for (;;) { await sleep(1); yield { note: 'x' }; } } }, /hostile could not be read: its list has no end within 500 ms/],
    ['it never takes anything', { put: () => never() }, /the anchor hostile did not take the checkpoint/],
    ['it throws what is no error', { put: () => { throw null; } }, /the anchor hostile did not take the checkpoint/], // eslint-disable-line @typescript-eslint/only-throw-error -- it is hostile
  ])('%s', async (_name, parts, told) => {
    expect(await lead([anchor(parts)])).toMatch(told);
  }); // prettier-ignore
});

describe('a text that whoever has the login of the sealer has put in the place of the newest checkpoint', () => {
  it.each(['rubbish', '', `AAAA\n\n— example.com/test/registry ${Buffer.alloc(68).toString('base64')}\n`])('(%j) stops no signing, names no key, and goes to no anchor', async (text) => {
    await lead([]);
    await asOwner(log, `update audit.checkpoint set note = 'example.com/test/registry' || chr(10) || size || chr(10) || '${text}'`);
    await lead([]);
    const ours = good.notes.filter(({ note }) => /^example\.com\/test\/registry\n\d+\n[A-Za-z0-9+/]{43}=\n\n\u2014 [^\n]+\n$/.test(note));
    expect(good.notes.length - ours.length).toBe(0);
    // The key has signed before, as the anchor knows: it was handed over by nobody, whoever the text names.
    expect((await log.pool.query(`select from audit.entry where action = 'key.rotated'`)).rowCount).toBe(0);
  }); // prettier-ignore
});
