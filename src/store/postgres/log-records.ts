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
    body: String(row[15]),
    content:
      row[32] === true
        ? {
            xid: String(row[16]),
            at: row[17] === null ? undefined : Number(row[17]),
            source: String(row[18]),
            op: text(19),
            model: text(20),
            resourceId: text(21),
            group: text(22),
            tenant: text(23),
            header: text(24),
            flags: text(25),
            tooLarge: isBeyond(row[28]) || isBeyond(row[29]),
            saltActor: text(26),
            saltData: text(27),
            actor: (large ?? row)[large ? 0 : 30] as Uint8Array | null,
            data: (large ?? row)[large ? 1 : 31] as string | null,
          }
        : null,
  };
}
