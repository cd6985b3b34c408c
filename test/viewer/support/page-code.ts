/** What the page runs of the verifier's own code, in one bundle. */
export * from '../../../src/chain/index.js';
export { checkProof } from '../../../src/chain/check-proof.js';
export { parseLeaf } from '../../../src/chain/parse-leaf.js';
export { base64OfDigest, digestOfBase64, exactBase64 } from '../../../src/chain/base64.js';
export { canonicalJson } from '../../../src/event/canonical.js';
export { entryOfLeaf } from '../../../src/export/leaf-entry.js';
export { rowJson } from '../../../src/export/row-json.js';
export { Buffer } from '../../../src/viewer/page/check/node-buffer.js';
export { sha256, sha512 } from '../../../src/viewer/page/check/sha2.js';
export * as crypto from '../../../src/viewer/page/check/node-crypto.js';
