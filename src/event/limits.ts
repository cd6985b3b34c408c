/**
 * Every bound of an event in one place. Sizes are bytes of UTF-8 where the name says `Bytes`, else UTF-16 units.
 * A body stays under 16 KiB so that a leaf fits the 65,535-byte bundles of C2SP tiled logs.
 */
export const LIMITS = {
  actionLength: 128,
  typeLength: 128,
  eventIdLength: 128,
  tenantLength: 256,
  actorIdLength: 256,
  emailLength: 320,
  roleLength: 128,
  ipLength: 64,
  userAgentLength: 512,
  sessionLength: 64,
  requestIdLength: 128,
  traceIdLength: 64,
  reasonLength: 2_000,
  errorMessageLength: 1_000,
  errorFramesLength: 6_000,
  /** One `details`, `old` or `new` of a recorded event, as JSON. */
  detailsBytes: 64 * 1024,
  detailsDepth: 16,
  bodyBytes: 16 * 1024,
  bodyDepth: 8,
  /** A longer id is projected (and searched) as its SHA-256: a btree key must stay under 2,704 bytes. */
  projectionBytes: 512,
} as const;

/**
 * What the sealer looks at of a captured row, in characters or bytes. No row that the log itself wrote comes near; what is longer was
 * written past it, and is sealed `malformed`.
 */
export const READ_LIMITS = {
  /** Type and operation. */
  text: 4_096,
  header: 16_384,
  flags: 1_024,
  actor: 65_536,
  /** Of the data section of an access: bytes. A longer one is not looked into. */
  access: 16_384,
  /** A section that is larger is not hashed: PostgreSQL cannot put more than a gigabyte together. */
  section: 512 * 1024 * 1024,
  /** Rows of one reading together: what travels, and a part of what is hashed. */
  reading: 16 * 1024 * 1024,
  hashedPerByte: 16,
} as const;
