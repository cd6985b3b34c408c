export { directoryAnchor } from './anchors/directory.js';
export { fileAnchor } from './anchors/file.js';
export type { LocalOptions } from './anchors/local.js';
export { postgresAnchor, type PostgresAnchorOptions, type QueryPool } from './anchors/postgres.js';
export { stdoutAnchor, type LineStream } from './anchors/stdout.js';
export { webhookAnchor, type WebhookAnchorOptions } from './anchors/webhook.js';
export { environmentSigner } from './signers/environment-signer.js';
export { fileSigner, type FileSignerOptions } from './signers/file-signer.js';
export { vkeyOf, formatVkey, parseVkey, type Vkey } from '../chain/vkey.js';
export type { Anchor, AnchoredNote, EvidenceConfig, Signer } from './port.js';
export { checkProof, type ProvenEntry } from '../chain/check-proof.js';
export { readProofFolder } from './proof-directory.js';
export {
  auditTiles,
  type AuditTilesOptions,
  type TilesAccess,
  type TilesHandler,
  type TilesRequest,
  type TilesResponse,
} from './tiles-handler.js';
