export { encodeBody, type Body, type HeadsMember } from './body.js';
export { encodeBundle, MAX_LEAF_BYTES, parseBundle } from './bundle.js';
export type { CapturedFields } from './captured.js';
export { formatCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint, type Checkpoint } from './checkpoint.js';
export { commitment, type SectionName } from './commitment.js';
export { entryText, finishOpening, laneOf, tenantKey, type EntryText } from './entry.js';
export { finish, type Finished } from './finish.js';
export { EMPTY_ROOT, leafHash, nodeHash, NO_PREVIOUS, type Digest } from './hashing.js';
export { headLine, Heads, isHeadsMember, parseHeadLine, type Head } from './heads.js';
export { formatProof, parseProof, type Inclusion } from './inclusion.js';
export { entryHash, isOrigin, leafOf, type EntryHeader } from './leaf.js';
export {
  decodeFrontier,
  EMPTY_FRONTIER,
  encodeFrontier,
  FrontierBuilder,
  rootOf,
  treeHash,
  type Frontier,
} from './merkle.js';
export { formatNote, openNote, parseNote, signNote, type Note, type NoteSignature, type NoteSigner } from './note.js';
export {
  consistencyPlan,
  inclusionPlan,
  proofOf,
  rootPlan,
  verifyConsistency,
  verifyInclusion,
  type HashReader,
  type ProofPlan,
  type TreeNode,
} from './proof.js';
export { proofFolder, type EntryProof } from './proof-folder.js';
export { TileBuilder, tilesOf, type PublishedFile } from './publish.js';
export type { EvidenceKind, Refusal } from './refused.js';
export { REGISTRY } from './registry.js';
export { RULES } from './rules.js';
export { formatSectionLine, parseSectionLine, type SectionLine } from './section-line.js';
export {
  encodeTile,
  parseTile,
  parseTilePath,
  readerOfTiles,
  TILE_WIDTH,
  tilePath,
  tilesOfSize,
  type Tile,
} from './tile.js';
export { formatTlogProof, parseTlogProof, type TlogProof } from './tlog-proof.js';
export { formatVkey, isSignedBy, parseVkey, vkeyOf, type Vkey } from './vkey.js';
