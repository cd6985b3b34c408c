import { AuditError } from '../../event/errors.js';
import { READ_LIMITS } from '../../event/limits.js';
import type { Batch, CapturedRow, ChainHead, Lease, PositionRange, RegistryBatch, SealerStore } from '../log.port.js'; // prettier-ignore
import { privilegeMissing, schemaMissing } from './content-store.js';
import { isForbidden, isSchemaMissing, sqlState, type Pool } from './pool.js';
import { inSchema } from './schema.js';
import { registryArguments, sealArguments } from './seal-arguments.js';
import * as SQL from './sealer-sql.js';

type Row = readonly unknown[];

/** A statement of some ten milliseconds. */
const KEYS_AT_A_TIME = 5_000;

/** Asks as one who leads, or wants to: an error that says that somebody else does has a code of its own. */
export function rowsOf(pool: Pool, schema: string) {
  return async (text: string, values: unknown[] = []): Promise<Row[]> => {
    try {
      const result = await pool.query<unknown[]>({ text: inSchema(schema, text), values, rowMode: 'array' });
      return result.rows;
    } catch (error) {
      if (isSchemaMissing(error)) throw schemaMissing(schema, error);
      if (isForbidden(error)) throw privilegeMissing(schema, error);
      if (sqlState(error) === 'AUD02' || sqlState(error) === '23505') {
        // A duplicate key: a fenced-off leader's batch met the entries of its successor.
        throw new AuditError('AUDIT_LEASE_LOST', 'another sealer has taken over', {}, error);
      }
      throw error;
    }
  };
}

/** The sealer's side of the database. Every statement stands alone, so that it works behind a transaction pooler. */
export function postgresSealerStore(pool: Pool, schema: string): SealerStore {
  const rows = rowsOf(pool, schema);
  return {
    async acquire(holder, leaseMs) {
      const [row] = await rows(SQL.ACQUIRE, [holder, leaseMs]);
      if (!row) return undefined;
      const [epoch, origin, incarnation, low, lastSealedAt] = row;
      return {
        holder,
        epoch: Number(epoch),
        origin: String(origin),
        incarnation: String(incarnation),
        low: Number(low),
        lastSealedAt: Number(lastSealedAt),
      };
    },
    async renew(lease: Lease, leaseMs) {
      return (await rows(SQL.RENEW, [lease.holder, lease.epoch, leaseMs]))[0]?.[0] === true;
    },
    async release(lease: Lease) {
      await rows(SQL.RELEASE, [lease.holder, lease.epoch]);
    },
    async unsettled(low) {
      const found = await rows(SQL.UNSETTLED, [low]);
      const gaps = found
        .filter(([from]) => from !== null)
        .map(([from, to]) => ({ from: Number(from), to: Number(to) }));
      return { high: Number(found[0]?.[2] ?? low), gaps };
    },
    async overlooked(low) {
      return (await rows(SQL.OVERLOOKED, [low])).map(([pos]) => ({ from: Number(pos), to: Number(pos) }));
    },
    async read(gaps: readonly PositionRange[], high, limit) {
      const found = await rows(SQL.READ, [
        gaps.map((g) => g.from),
        gaps.map((g) => g.to),
        high,
        limit,
        READ_LIMITS.reading,
      ]);
      const first = found[0] as Row;
      return {
        horizon: BigInt(first[0] as string),
        now: Number(first[1]),
        rows: first[2] === null ? [] : found.map((row) => capturedRow(row)),
        complete: first[2] === null || (found.length < limit && Number(first[17]) === found.length),
      };
    },
    async bound() {
      const [row] = await rows(SQL.BOUND);
      return BigInt(row?.[0] as string);
    },
    async heads(tenants) {
      return (await rows(SQL.HEADS, [tenants])).map((row) => chainHead(row));
    },
    async reserve(count) {
      const reserved = await rows(SQL.RESERVE, [count]);
      return { positions: reserved.map(([pos]) => Number(pos)), chain: Number(reserved[0]?.[1] ?? 1) };
    },
    async seal(lease: Lease, leaseMs, batch: Batch) {
      await rows(SQL.SEAL, sealArguments(lease, leaseMs, batch));
    },
    async sealRegistry(lease: Lease, leaseMs, batch: RegistryBatch) {
      await rows(SQL.SEAL_REGISTRY, registryArguments(lease, leaseMs, batch));
    },
    async untold(limit) {
      return (await rows(SQL.UNTOLD, [limit])).map((row) => chainHead(row));
    },
    async mendPositions() {
      return (await rows(SQL.MEND_SEQUENCE))[0]?.[0] === true;
    },
    async forgetKeys(days) {
      return Number((await rows(SQL.FORGET_KEYS, [days, KEYS_AT_A_TIME]))[0]?.[0]);
    },
    async watchCoverage() {
      const [row] = await rows(SQL.WATCH_COVERAGE);
      return Number(row?.[0] ?? 0);
    },
  };
}

function capturedRow(row: Row): CapturedRow {
  const text = (i: number): string | null => row[i] as string | null;
  return {
    pos: Number(row[2]),
    xid: String(row[3]),
    at: row[4] === null ? undefined : Number(row[4]),
    source: String(row[5]),
    op: text(6),
    model: text(7),
    resourceId: text(8),
    group: text(9),
    tenant: text(10),
    header: text(11),
    flags: text(12),
    actor: row[13] as Uint8Array | null,
    commitActor: text(14),
    commitData: text(15),
    tooLarge: row[16] === true,
    access: text(18),
  };
}

function chainHead([chain, origin, tenant, size, hash, frontier, beyond]: Row): ChainHead {
  return {
    chain: Number(chain),
    origin: String(origin),
    tenant: String(tenant),
    size: Number(size),
    hash: String(hash),
    frontier: String(frontier),
    beyond: beyond === true,
  };
}
