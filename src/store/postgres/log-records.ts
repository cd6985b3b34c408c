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
    plate: text(18),
    subject: text(19),
    body: String(row[20]),
    content:
      row[37] === true
        ? {
            xid: String(row[21]),
            at: row[22] === null ? undefined : Number(row[22]),
            source: String(row[23]),
            op: text(24),
            model: text(25),
            resourceId: text(26),
            group: text(27),
            tenant: text(28),
            header: text(29),
            flags: text(30),
            tooLarge: isBeyond(row[33]) || isBeyond(row[34]),
            saltActor: text(31),
            saltData: text(32),
            actor: (large ?? row)[large ? 0 : 35] as Uint8Array | null,
            data: (large ?? row)[large ? 1 : 36] as string | null,
          }
        : null,
  };
}
