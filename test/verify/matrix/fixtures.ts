import { copyOf, createLog, sealAll, type TestLog } from '../../support/log.js';
import { MemoryAnchor, signerOf } from '../../checkpoint/support/memory.js';
import { events, TENANTS, term } from '../signed-log.js';

/**
 * `plain`: three terms, in which `''` grows each time, `acme` in the first two, `globex` in the first; all of it signed and anchored ·
 * `backup`: the same after two of them, and its anchor has the third · `restored`: that backup, gone on with, and declared ·
 * `rotated`: `plain`, and a term in which key "one" hands over to "two", and one of "two" alone · `stranger`: `plain`, and a term
 * signed by "three", to which nobody handed over · `tail`: `plain`, and entries of `acme` and of a new tenant that nobody told of.
 */
export const FIXTURES = ['plain', 'backup', 'restored', 'rotated', 'stranger', 'tail'] as const;
export type FixtureName = (typeof FIXTURES)[number];

export interface Fixture {
  readonly log: TestLog;
  readonly anchor: MemoryAnchor;
}

export type Fixtures = Readonly<Record<FixtureName, Fixture>>;

export async function openFixtures(): Promise<Fixtures> {
  const plain: Fixture = { log: await createLog(), anchor: new MemoryAnchor() };
  const sign = ({ log, anchor }: Fixture, tenants: readonly string[], ...keys: readonly string[]): Promise<void> =>
    term(log, anchor, tenants, signerOf(...keys));
  const copy = async (): Promise<Fixture> => ({ log: await copyOf(plain.log), anchor: anchorWith(plain.anchor) });

  await sign(plain, TENANTS, 'one');
  await sign(plain, TENANTS.slice(0, 2), 'one');
  const [first, second] = [await copy(), await copy()];
  await sign(plain, TENANTS.slice(0, 1), 'one');
  const backup = { ...first, anchor: anchorWith(plain.anchor) };
  const restored = { ...second, anchor: anchorWith(plain.anchor) };
  await term(restored.log, restored.anchor, ['acme'], signerOf('one'), 'the disk was lost');

  const [rotated, stranger, tail] = [await copy(), await copy(), await copy()];
  await sign(rotated, ['acme'], 'two', 'one');
  await sign(rotated, ['globex'], 'two');
  await sign(stranger, ['acme'], 'three');
  await events(tail.log, ['acme', 'late']);
  await sealAll(tail.log.store);
  return { plain, backup, restored, rotated, stranger, tail };
}

function anchorWith({ notes }: MemoryAnchor): MemoryAnchor {
  const anchor = new MemoryAnchor();
  anchor.notes = [...notes];
  return anchor;
}

export async function closeFixtures(fixtures: Fixtures): Promise<void> {
  for (const name of FIXTURES) await fixtures[name].log.close();
}
