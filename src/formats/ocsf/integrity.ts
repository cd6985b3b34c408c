import { hash } from 'node:crypto';
import type { JsonObject } from '../../event/types.js';
import { members } from '../as-json.js';
import type { Seen } from '../seen.js';

const SHA_256 = { algorithm_id: 3, algorithm: 'SHA-256' } as const;
/** What the fingerprint of the attestation is of: not of the record, which is a rendering, but of what the chain is made of. */
const SERIALIZATION = 'audit-entry/v1 (RFC 6962 leaf: SHA-256 of a zero byte and raw_data)';
const NO_PREVIOUS = /^0*$/;

/** The leaf as it is hashed, and the plain hash of this text, which anybody can compute. */
export function rawOf({ part }: Seen): JsonObject {
  const { leaf } = part;
  if (typeof leaf !== 'string') return {};
  return {
    raw_data: leaf,
    raw_data_size: Buffer.byteLength(leaf),
    raw_data_hash: { ...SHA_256, value: hash('sha256', leaf) },
  };
}

/**
 * The chain in the words of the profile `record_integrity`: its fingerprint, and that of the entry before. Nothing where the entry does
 * not say its hash.
 * @param authority the name in front of the key that signs the chain's checkpoints
 */
export function attestationsOf({ text, seq }: Seen, authority: string | undefined): readonly JsonObject[] | undefined {
  if (text.hash === undefined) return undefined;
  const isFirst = text.prev === undefined || NO_PREVIOUS.test(text.prev);
  return [
    members({
      uid: text.origin === undefined || seq === undefined ? undefined : `${text.origin}/${seq}`,
      authority_uid: authority,
      chain_uid: text.origin,
      fingerprint: fingerprint(text.hash),
      // Which has to name the event.
      prev_event:
        isFirst || text.previousId === undefined
          ? undefined
          : { uid: text.previousId, fingerprint: fingerprint(text.prev ?? '') },
    }),
  ];
}

function fingerprint(value: string): JsonObject {
  return { ...SHA_256, encoding_id: 1, encoding: 'Hex', serialization_id: 99, serialization: SERIALIZATION, value };
}
