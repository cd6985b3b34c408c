import { within } from '../../event/deadline.js';
import { AuditError, isAuditError } from '../../event/errors.js';
import type {
  CursorTrouble,
  FollowedPlace,
  FollowedRow,
  FollowerLease,
  FollowerMove,
  FollowerState,
  FollowerStore,
} from '../follow.port.js';
import { SECTION_BYTES } from './entry-sql.js';
import * as SQL from './follower-sql.js';
import { sqlState, type Pool, type PoolClient } from './pool.js';
import { readFailure } from './read-failure.js';
import { inSchema } from './schema.js';

type Row = readonly unknown[];

/** @param pool of the role that follows; each follower that hands its transaction to its handler takes one connection of it meanwhile */
export function postgresFollowerStore(pool: Pool, schema: string): FollowerStore {
  const rows = async (text: string, values: readonly unknown[] = [], db: Pool | PoolClient = pool): Promise<Row[]> => {
    try {
      return (await db.query<unknown[]>({ text: inSchema(schema, text), values: [...values], rowMode: 'array' })).rows;
    } catch (error) {
      throw followFailure(schema, error);
    }
  };
  return {
    async acquire(name, holder, leaseMs, from) {
      const [row] = await rows(SQL.ACQUIRE, [name, holder, leaseMs, from]);
      if (!row) return undefined;
      const [epoch, chain, seq, at, trouble] = row;
      const place = chain === null ? undefined : { at: Number(at), chain: Number(chain), seq: Number(seq) };
      return { name, holder, epoch: Number(epoch), place, trouble: troubleOf(trouble) };
    },
    async renew({ name, holder, epoch }, leaseMs) {
      return (await rows(SQL.RENEW, [name, holder, epoch, leaseMs]))[0]?.[0] === true;
    },
    async release({ name, holder, epoch }) {
      await rows(SQL.RELEASE, [name, holder, epoch]);
    },
    async read(after, { entries, bytes }) {
      const { at, chain, seq } = after ?? { at: 0, chain: -1, seq: -1 };
      const found = await rows(SQL.READ, [at, chain, seq, entries, bytes, after?.chain ?? null]);
      const lost = found[0]?.[21] === true;
      const read = found[0]?.[0] === null ? [] : found.map((row) => followedRow(row));
      return { rows: read, complete: read.length < entries && read.length === Number(found[0]?.[20] ?? 0), lost };
    },
    async move(lease, leaseMs, move) {
      await rows(SQL.MOVE, moveArguments(lease, leaseMs, move));
    },
    async together(lease, leaseMs, work) {
      const client = await pool.connect();
      let isOver = false;
      let isClean = false;
      try {
        await client.query('begin');
        const step = await work({
          // A handler that goes on after its time must find nothing to go on with. What it asks for is its rows.
          query: async (text, values = []) => {
            if (isOver) throw new Error('the transaction of this attempt is over');
            return (await client.query(text, [...values])) as never;
          },
        });
        isOver = true;
        if (step === undefined) {
          isClean = await rolledBack(client);
          return;
        }
        if ('move' in step) await rows(SQL.MOVE, moveArguments(lease, leaseMs, step.move), client);
        else await rows(SQL.REPLAYED, replayedArguments(lease, step.replayed, undefined), client);
        await client.query('commit');
        isClean = true;
      } catch (error) {
        isOver = true;
        isClean = await rolledBack(client);
        throw isAuditError(error) ? error : followFailure(schema, error);
      } finally {
        client.release(!isClean);
      }
    },
    async failed({ name, holder, epoch }, reason) {
      return (await rows(SQL.FAILED, [name, holder, epoch, storable(reason)]))[0]?.[0] === true;
    },
    async toReplay(name, { entries, bytes }) {
      return (await rows(SQL.TO_REPLAY, [name, entries, bytes])).map((row) => followedRow(row));
    },
    async replayed(lease, place, reason) {
      await rows(SQL.REPLAYED, replayedArguments(lease, place, reason));
    },
    async states(most) {
      return (await rows(SQL.STATES, [most])).map((row) => followerState(row));
    },
  };
}

/** A statement of a handler may still be at work: then its connection is thrown away. */
const ROLLBACK_MS = 1_000;

async function rolledBack(client: PoolClient): Promise<boolean> {
  return await within(
    ROLLBACK_MS,
    client.query('rollback').then(
      () => true,
      () => false,
    ),
  ).then((done) => done === true);
}

function moveArguments({ name, holder, epoch }: FollowerLease, leaseMs: number, { from, to, count, aside }: FollowerMove): readonly unknown[] {
  return [
    name, holder, epoch, leaseMs, from?.chain ?? null, from?.seq ?? null, to.chain, to.seq, count,
    aside.map(({ chain }) => chain), aside.map(({ seq }) => seq), aside.map(({ tries }) => tries), aside.map(({ reason }) => storable(reason)),
  ];
} // prettier-ignore

function replayedArguments({ name, holder, epoch }: FollowerLease, { chain, seq }: FollowedPlace, reason: string | undefined): readonly unknown[] {
  return [name, holder, epoch, chain, seq, reason === undefined ? null : storable(reason)];
} // prettier-ignore

/** What a text of the database can hold, and bounded. */
const storable = (text: string): string => text.slice(0, 2_000).replaceAll('\0', '').toWellFormed();

function followFailure(schema: string, error: unknown): unknown {
  const state = sqlState(error);
  if (state === 'AUD02') return new AuditError('AUDIT_LEASE_LOST', 'another process follows now', {}, error);
  if (state === 'AUD05') return cursorMoved(error);
  if (state === '25006')
    return new AuditError('AUDIT_NOT_WRITABLE', 'a follower moves its cursor in the database that it follows, and this one lets nothing be written: give followerUrl the primary', {}, error); // prettier-ignore
  return readFailure(schema, error);
}

export function cursorMoved(cause?: unknown): AuditError {
  return new AuditError(
    'AUDIT_FOLLOWER_CURSOR',
    'the cursor is not where this process left it: somebody moved it, or changed its row, or the database was restored under it',
    {},
    cause,
  );
}

const troubleOf = (text: unknown): CursorTrouble | undefined =>
  text === 'edited' || text === 'ahead' ? text : undefined;

function followedRow(row: Row): FollowedRow {
  const at: FollowedPlace = { at: Number(row[0]), chain: Number(row[1]), seq: Number(row[2]) };
  const tooLarge = (bytes: unknown): boolean => Number(bytes ?? 0) > SECTION_BYTES;
  return {
    at,
    stored: {
      chain: at.chain,
      origin: row[16] as string | null,
      seq: at.seq,
      place: String(row[2]),
      id: String(row[3]),
      hash: String(row[4]),
      sealedAt: Math.trunc(at.at / 1000),
      tenant: String(row[5]),
      body: row[6] as string | null,
      actor: row[8] as Uint8Array | null,
      data: row[10] as string | null,
      tooLarge: [...(tooLarge(row[7]) ? (['actor'] as const) : []), ...(tooLarge(row[9]) ? (['data'] as const) : [])],
      columns: {
        action: String(row[11]),
        outcome: String(row[12]),
        resourceType: row[13] as string | null,
        occurredAt: Number(row[14]),
      },
      content: row[15] === null ? 'missing' : 'there',
    },
    previous: row[17] === null ? null : { id: row[17] as string, hash: String(row[18]) },
    bytes: Number(row[19]),
  };
}

const maybe = (value: unknown): number | null => (value === null ? null : Number(value));

function followerState(row: Row): FollowerState {
  return {
    name: String(row[0]),
    alive: row[1] === true,
    failures: Number(row[2]),
    failingMs: maybe(row[3]),
    movedMs: Number(row[4]),
    dead: Number(row[5]),
    replay: Number(row[6]),
    lag: Number(row[7]),
    atLeast: row[8] === true,
    lagMs: maybe(row[9]),
    keepMs: Number(row[10]),
    trouble: troubleOf(row[11]),
  };
}
