import type { Query } from '../driver-adapter.js';
import { isAuditError } from '../../event/errors.js';
import { hasFollowers, lockFollowers, type Followers } from './followers.js';
import { logFollowers } from './log-followers.js';
import { WritingFunctions } from './functions.js';
import { gapStatement, type Gap } from './gap.js';
import { Parameters, type Line, type ResultSet } from './line.js';
import { lockRows } from './lock-rows.js';
import type { CapturePlan, PlannedModel } from './plan.js';
import { capturingStatement, counting, withoutOurs, type OldImage } from './returning.js';
import { readStatement, type Unread, type Write } from './statement.js';

export interface ClientEngineSettings {
  readonly plan: CapturePlan;
  /** Schema of the log. */
  readonly schema: string;
  readonly maxRows: number;
  readonly onTooManyRows: 'refuse' | 'summary';
  /** Whether to use what PostgreSQL 18 offers, where the server is one. */
  readonly returnsOld: boolean;
}

const ROLLBACK = /^\s*rollback\s*$/i;

type Kind = 'query' | 'execute';

/** What a statement gives back, in the form it was asked for. */
interface Outcome {
  readonly result: ResultSet | undefined;
  readonly count: number;
}

/**
 * Engine "client": logs the changes of the statements that pass through one driver adapter. What it can read it captures
 * in the statement itself; what it cannot read goes through as it is, with an entry in the same transaction that says so.
 */
export class ClientEngine {
  readonly #settings: ClientEngineSettings;
  readonly #functions: WritingFunctions;
  #returnsOld: boolean | undefined;

  constructor(settings: ClientEngineSettings) {
    this.#settings = settings;
    this.#functions = new WritingFunctions(settings.schema);
  }

  async query(query: Query, line: Line): Promise<ResultSet> {
    const { result } = await this.#run('query', query, line);
    return result ?? { columnNames: [], columnTypes: [], rows: [] };
  }

  async execute(query: Query, line: Line): Promise<number> {
    return (await this.#run('execute', query, line)).count;
  }

  #run(kind: Kind, query: Query, line: Line): Promise<Outcome> {
    const reading = readStatement(query.sql);
    if (reading.kind === 'none' && reading.calls !== undefined) {
      return this.#calling(kind, query, line, line.context(), reading.calls);
    }
    if (reading.kind === 'none') {
      if (!ROLLBACK.test(query.sql)) return line.inTurn(() => send(kind, query, line));
      const sent = send(kind, query, line);
      line.close();
      return sent;
    }
    // Asked at once: later another request's context may be the one of the moment.
    const who = line.context();
    if (reading.kind === 'unread') return this.#unread(kind, query, line, who, reading);
    const { write } = reading;
    const model = this.#settings.plan.find(write.schema, write.table);
    if (model === undefined) {
      const why = 'a table that the catalogue does not know';
      return this.#withGap(kind, query, line, who, { why, statement: write.verb });
    }
    const follows = hasFollowers(write, model);
    if (model.args === undefined && !follows) return line.inTurn(() => send(kind, query, line));
    const updates = write.verb === 'update' || write.mayUpdate;
    if (!updates && !follows) return line.inTurn(() => this.#plain(kind, query, line, who, write, model));
    return line.inTurn(() => this.#careful(kind, query, line, who, write, model));
  }

  /** A text that changes no rows but by what the functions do that it calls. */
  #calling(kind: Kind, query: Query, line: Line, who: string, calls: readonly string[]): Promise<Outcome> {
    return line.inTurn(async () => {
      const writes = await this.#functions.among(calls, line);
      if (writes === undefined) return send(kind, query, line);
      const why = `the function ${writes} may write, which engine "client" does not see`;
      return this.#gapInside(kind, query, line, who, { why, statement: 'select' });
    });
  }

  /** One statement, and no more. */
  async #plain(kind: Kind, query: Query, line: Line, who: string, write: Write, model: PlannedModel): Promise<Outcome> {
    return this.#capture(kind, query, line, { who, write, model, old: { by: 'returning' } });
  }

  async #careful(
    kind: Kind,
    query: Query,
    line: Line,
    who: string,
    write: Write,
    model: PlannedModel,
  ): Promise<Outcome> {
    const returnsOld = await this.#returns(line);
    const follows = hasFollowers(write, model);
    if (returnsOld && !follows) return this.#plain(kind, query, line, who, write, model);
    if (write.joins || (write.mayUpdate && !write.pinned)) {
      const why = 'a condition over several tables cannot be read before the write';
      return this.#gapInside(kind, query, line, who, { model: model.model, why, statement: write.verb });
    }
    return line.transaction(async (inside) => {
      const { maxRows, onTooManyRows, schema } = this.#settings;
      let followers: Followers | undefined;
      let locked: number;
      try {
        followers = follows ? await lockFollowers(inside, query, write, model, maxRows) : undefined;
        locked = followers?.direct.length ?? (await lockRows(inside, query, write, model, maxRows));
      } catch (error) {
        if (onTooManyRows === 'refuse' || !isAuditError(error, 'AUDIT_TOO_MANY_ROWS')) throw error;
        const outcome = await send(kind, query, inside);
        const why = 'more rows than maxRows';
        await inside.query(gapStatement(schema, who, { model: model.model, why, statement: write.verb, rows: outcome.count })); // prettier-ignore
        return outcome;
      }
      const old = returnsOld || write.verb === 'delete' ? ({ by: 'returning' } as const) : oldOf(write, model, locked);
      const images: string[][] = [];
      const outcome = await this.#capture(kind, query, inside, { who, write, model, old, ...(followers ? { images } : {}) }); // prettier-ignore
      const changed = write.mayUpdate ? images.filter(([before, , op]) => before !== 'null' || op === 'update').length : outcome.count; // prettier-ignore
      const gaps = [
        // Under READ COMMITTED a row may come to match between two statements: nobody has looked for what hangs on it.
        ...(follows && changed > locked ? ['rows that came to match while the write waited'] : []),
        ...(followers ? await logFollowers(inside, { schema, who, followers, write, model, images }) : []),
      ];
      for (const why of gaps) await inside.query(gapStatement(schema, who, { model: model.model, why, statement: write.verb })); // prettier-ignore
      return outcome;
    });
  }

  async #capture(
    kind: Kind,
    query: Query,
    line: Line,
    what: { who: string; write: Write; model: PlannedModel; old: OldImage; images?: string[][] },
  ): Promise<Outcome> {
    const { images, write, model } = what;
    if (model.args === undefined && images === undefined) return send(kind, query, line);
    const statement = capturingStatement(query, write, { ...what, schema: this.#settings.schema, images: images !== undefined }); // prettier-ignore
    const returnsNothing = write.returning === undefined;
    if ((kind === 'execute' || returnsNothing) && images === undefined) {
      const { rows } = await line.query(counting(statement));
      return { result: undefined, count: Number(rows[0]?.[0]) };
    }
    const result = await line.query(statement.query);
    const { columns } = statement;
    images?.push(...result.rows.map((row) => row.slice(columns - 3, columns).map(String)));
    // A statement without RETURNING gives no rows, however many it has changed; one that returns no columns gives empty ones.
    return { result: returnsNothing ? undefined : withoutOurs(result, columns), count: result.rows.length };
  }

  #unread(kind: Kind, query: Query, line: Line, who: string, { verb, transactional }: Unread): Promise<Outcome> {
    const gap = { why: 'SQL that engine "client" does not look into', statement: verb };
    if (transactional) return this.#withGap(kind, query, line, who, gap);
    // A procedure may commit on its own, which it cannot inside of a transaction: said before it, on its own.
    return line.inTurn(async () => {
      await line.query(gapStatement(this.#settings.schema, who, gap));
      return send(kind, query, line);
    });
  }

  #withGap(kind: Kind, query: Query, line: Line, who: string, gap: Gap): Promise<Outcome> {
    return line.inTurn(() => this.#gapInside(kind, query, line, who, gap));
  }

  #gapInside(kind: Kind, query: Query, line: Line, who: string, gap: Gap): Promise<Outcome> {
    return line.transaction(async (inside) => {
      const outcome = await send(kind, query, inside);
      await inside.query(gapStatement(this.#settings.schema, who, gap));
      return outcome;
    });
  }

  /** Each line asks for itself until one knows: one that waits for another's answer may hold the connection that it needs. */
  async #returns(line: Line): Promise<boolean> {
    if (!this.#settings.returnsOld) return false;
    if (this.#returnsOld === undefined) {
      const { rows } = await line.query(
        new Parameters().query(`select current_setting('server_version_num')::int4 >= 180000`),
      );
      this.#returnsOld = rows[0]?.[0] === true;
    }
    return this.#returnsOld;
  }
}

/** Old images without `RETURNING old`. */
function oldOf(write: Write, model: PlannedModel, locked: number): OldImage {
  // With the join `*` would have its columns too.
  if (write.verb === 'update' && !write.returnsAll) return { by: 'join' };
  // A row that an upsert finds although there was none to lock has come meanwhile, and may have been changed since.
  if (write.mayUpdate) return { by: locked === 0 ? 'nobody' : 'condition' };
  const keyMoves = write.sets.some((column) => model.key.includes(column));
  return model.key.length === 0 || keyMoves ? { by: 'nobody' } : { by: 'key' };
}

async function send(kind: Kind, query: Query, line: Line): Promise<Outcome> {
  if (kind === 'execute') return { result: undefined, count: await line.execute(query) };
  const result = await line.query(query);
  return { result, count: result.rows.length };
}
