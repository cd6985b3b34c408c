import { READ_LIMITS } from '../../event/limits.js';

/** A larger section is fetched by itself. Bytes. */
export const LARGE_BYTES = 32_768;

export type Row = readonly unknown[];

/** Of a section that is larger no sealer makes a commitment; nobody could read it. */
export const isBeyond = (bytes: unknown): boolean => Number(bytes) > READ_LIMITS.section;

/** @param large `actor` and `data` of a row whose sections did not come with it */
export function entryRecord(row: Row, large: Row | undefined) {
  const text = (i: number): string | null => row[i] as string | null;
  return {
    chain: Number(row[0]),
    seq: Number(row[1]),
    pos: Number(row[2]),
    sealedAt: Number(row[3]),
    occurredAt: Number(row[4]),
    id: String(row[5]),
    hash: String(row[6]),
    tenant: String(row[7]),
    actorId: text(8),
    action: String(row[9]),
    resourceType: text(10),
    resourceId: text(11),
    outcome: String(row[12]),
    requestId: text(13),
    group: text(14),
    source: text(15),
    actorEmail: text(16),
    address: text(17),
    body: String(row[18]),
    content:
      row[35] === true
        ? {
            xid: String(row[19]),
            at: row[20] === null ? undefined : Number(row[20]),
            source: String(row[21]),
            op: text(22),
            model: text(23),
            resourceId: text(24),
            group: text(25),
            tenant: text(26),
            header: text(27),
            flags: text(28),
            tooLarge: isBeyond(row[31]) || isBeyond(row[32]),
            saltActor: text(29),
            saltData: text(30),
            actor: (large ?? row)[large ? 0 : 33] as Uint8Array | null,
            data: (large ?? row)[large ? 1 : 34] as string | null,
          }
        : null,
  };
}
