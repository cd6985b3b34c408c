export { encodeBody, type Body } from './body.js';
export type { CapturedFields } from './captured.js';
export { commitment, type SectionName } from './commitment.js';
export { entryText, finishOpening, laneOf, tenantKey, type EntryText } from './entry.js';
export { finish, RULES, type Finished } from './finish.js';
export { EMPTY_ROOT, leafHash, nodeHash, NO_PREVIOUS, type Digest } from './hashing.js';
export { entryHash, isOrigin, leafOf, type EntryHeader } from './leaf.js';
export { decodeFrontier, EMPTY_FRONTIER, encodeFrontier, FrontierBuilder, rootOf, type Frontier } from './merkle.js';
