import { expect, it } from '@jest/globals';
import { signingOf } from '../../src/checkpoint/signing.js';
import { MemoryAnchor, signerOf } from './support/memory.js';

const evidence = { tickMs: 1_000, heartbeatMs: 10_000 };
const [signer, anchors] = [signerOf('one'), [new MemoryAnchor()]];

it.each([
  ['nobody signs', { signer: undefined, required: false, anchors }, /^the log is to be sealed at level L0: nobody signs it/, 'L0'],
  ['another process is to sign', { signer: undefined, required: true, anchors }, /^the log is to be signed by another process: .*this one has no key/, 'L0'],
  ['nothing goes elsewhere', { signer, required: false, anchors: [] }, /^the log is to be signed, and no checkpoint to go elsewhere/, 'L1'],
  ['all is there', { signer, required: false, anchors }, /^the log is to be signed; checkpoints are to go to memory$/, 'L2'],
])('what is configured is said as what is to be: %s', (_name, { signer: by, required, anchors: to }, says, level) => {
  const said = signingOf({ ...evidence, signer: by, required, anchors: to });
  expect(said).toEqual({ says: expect.stringMatching(says), level });
  if (required) expect(said.says).not.toContain('L0');
}); // prettier-ignore
