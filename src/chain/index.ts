export { encodeBody, type Body } from './body.js';
export { commitment, type SectionName } from './commitment.js';
export { EMPTY_ROOT, leafHash, nodeHash, NO_PREVIOUS, type Digest } from './hashing.js';
export { entryHash, isOrigin, leafOf, type EntryHeader } from './leaf.js';
export { decodeFrontier, EMPTY_FRONTIER, encodeFrontier, FrontierBuilder, rootOf, type Frontier } from './merkle.js';
