import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FrontierBuilder, treeHash } from '../../src/chain/index.js';
import { RootsAt } from '../../src/verify/roots-at.js';

const leaf = (i: number): string => i.toString(16).padStart(64, '0');

describe('tree hashes at wanted sizes', () => {
  it('are told once each, in order, for every size that the chain has', () => {
    const sizes = fc.array(fc.nat(60)).map((all) => all.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(sizes, fc.nat(50), fc.nat(10), (wanted, length, from) => {
        const told: [number, string][] = [];
        const tree = new FrontierBuilder();
        for (let i = 0; i < from; i += 1) tree.append(leaf(i));
        const roots = new RootsAt({ sizes: wanted, root: (size, root) => told.push([size, root]) });
        roots.at(from, tree, 0);
        for (let i = from; i < length; i += 1) {
          tree.append(leaf(i));
          roots.at(i + 1, tree, 0);
        }
        const reached = [...new Set(wanted)].filter((size) => size >= from && size <= Math.max(from, length));
        expect(told).toEqual(reached.map((size) => [size, treeHash(Array.from({ length: size }, (_, i) => leaf(i)))]));
      }),
    );
  });

  it('asks for no more sizes than it needs', () => {
    let asked = 0;
    const sizes = (function* () {
      for (let i = 1; ; i += 1) {
        asked = i;
        yield i * 10;
      }
    })();
    const tree = new FrontierBuilder();
    const roots = new RootsAt({ sizes, root: () => undefined });
    for (let i = 0; i < 35; i += 1) {
      tree.append(leaf(i));
      roots.at(i + 1, tree, 0);
    }
    expect(asked).toBe(4);
  });
});
