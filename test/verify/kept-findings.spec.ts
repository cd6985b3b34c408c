import { expect, it } from '@jest/globals';
import { KeptFindings } from '../../src/verify/kept-findings.js';

it('a thousand findings of one code do not hide those of another', () => {
  const kept = new KeptFindings(100);
  for (let seq = 0; seq < 1_000; seq += 1) kept.add({ code: 'PROJECTION_ALTERED', message: '', seq });
  for (let seq = 0; seq < 1_000; seq += 1) kept.add({ code: 'REGISTRY_CUT', message: '', seq });
  const of = (code: string): number => kept.list.filter((each) => each.code === code).length;
  expect([of('PROJECTION_ALTERED'), of('REGISTRY_CUT')]).toEqual([100, 10]);
});
