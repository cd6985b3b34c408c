import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { classify } from './classify.mjs';
import { rowOf } from './peers/ours.mjs';
import { verdictOf } from './results.mjs';

const POOL = 5;
/** Prisma itself gives up on a transaction after seven seconds. */
const BLOCKED_MS = 8_000;
const ACTOR = 'user-1';

/**
 * All shapes through one peer, each on two databases: with it and without any audit, beside a witness. What is compared is
 * what classify.mjs says, and what the application sees: its result, the class and code of its error, the rows that are left.
 */
export async function runBattery(test, peer, made) {
  const plain = await test.openTwin(undefined);
  const logged = await test.openTwin({
    install: (pool) => (peer.engine ? peer.engine.install(pool) : pool.query(made.sql)),
  });
  const quiet = muteConsole();
  const opened = [];
  try {
    const facts = await factsOf(plain.pool, test);
    const connect = (twin, make) => {
      const pool = new pg.Pool({ connectionString: twin.pool.options.connectionString, max: POOL });
      // A connection that a peer left open ends with its database.
      pool.on('error', () => {});
      const client = make(pool);
      opened.push([client, pool]);
      return { client, sent: () => 0 };
    };
    const bare = connect(plain, test.connectPlain);
    const audited = connect(logged, (pool) =>
      peer.engine ? peer.engine.clients[0][1](pool) : peer.connect(made, new PrismaPg(pool)),
    );
    const results = [];
    for (const [part, shapes] of test.SHAPES_BY_PART)
      for (const shape of shapes) results.push({ part, ...(await one(shape)) });
    return results;

    async function one(shape) {
      await Promise.all([plain.reset(), logged.reset()]);
      // Ours cannot be emptied; those of the peers are tables of the application, emptied with it.
      const mark = await peer.engine?.mark(logged.pool);
      quiet.said.length = 0;
      const expected = await test.outcomeOf(plain, bare, shape);
      const seen = await Promise.race([
        peer.run(ACTOR, () => test.outcomeOf(logged, audited, shape)),
        setTimeout(BLOCKED_MS, 'blocked', { ref: false }),
      ]);
      // A peer may leave work behind that goes on after the answer.
      await settled(logged.pool);
      const rows = async (twin, client) => (await test.outcomeOf(twin, client, { run: async () => {} })).rows;
      const after = [await rows(plain, bare), await rows(logged, audited)];
      const changes = await witnessed(logged.pool, test);
      const entries = await peer.entries(logged.pool, made, mark);
      const left = await rowsLeft(logged.pool, facts.tables);
      const { oldValues } = peer;
      const said = [...new Set(quiet.said)].slice(0, 3);
      const log = classify({ changes, entries, left, keys: facts.keys, enums: facts.enums, actor: ACTOR, oldValues });
      const own = after.map((all) => all.filter(([table]) => facts.tables.includes(table)));
      const seenByCaller = interference(expected, seen, ...own);
      return {
        name: shape.name,
        verdict: verdictOf({ ...log, ...seenByCaller }),
        ...log,
        ...seenByCaller,
        said,
      };
    }
  } finally {
    quiet.restore();
    for (const [client, pool] of opened) {
      await Promise.race([client.$disconnect(), setTimeout(1_000)]);
      await Promise.race([pool.end(), setTimeout(1_000)]);
    }
    await Promise.all([plain.close(), logged.close()]);
  }
}

/** What the application would notice. The text of an error is apart: it is read by people, not by code. */
function interference(expected, seen, expectedRows, rows) {
  const interfered = isDeepStrictEqual(rows, expectedRows) ? [] : ['other rows are left'];
  if (seen === 'blocked')
    return { interfered: [...interfered, `no answer within ${BLOCKED_MS / 1000} s`], errorText: false };
  if (!isDeepStrictEqual(seen.value, expected.value)) interfered.push('another return value');
  const { text, meta, ...error } = seen.error ?? {};
  const { text: expectedText, meta: expectedMeta, ...expectedError } = expected.error ?? {};
  if (!isDeepStrictEqual(error, expectedError) || !isDeepStrictEqual(meta, expectedMeta))
    interfered.push(`another error: ${seen.error ? `${error.code ?? error.name}: ${firstLine(text)}` : 'none'}`);
  return { interfered, errorText: interfered.length === 0 && text !== expectedText };
}

const firstLine = (text) => text.trim().split('\n').at(-1).slice(0, 200);

/** Waits, for a second at most, until no other connection is at work. */
async function settled(pool) {
  for (let n = 0; n < 50; n += 1) {
    const { rows } = await pool.query(
      `select count(*)::int as busy from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`,
    );
    if (rows[0].busy === 0) return;
    await setTimeout(20);
  }
}

async function witnessed(pool, test) {
  const changes = [];
  for (const { op, table, old, new: now } of await test.witnessed(pool)) {
    const row = (text) => (op === 'truncate' ? undefined : rowOf(pool, table, text));
    changes.push({ op, table, old: await row(old), new: await row(now) });
  }
  return changes;
}

async function rowsLeft(pool, tables) {
  const left = {};
  for (const table of tables) {
    const { rows } = await pool.query(
      `select (select json_object_agg(key, value) from jsonb_each_text(to_jsonb(t))) as row from "${table}" t`,
    );
    left[table] = rows.map(({ row }) => row);
  }
  return left;
}

/** The application's tables, what identifies a row of each, and what its enums are called where. */
async function factsOf(pool, test) {
  const { rows } = await pool.query(
    `select c.relname as table, array_agg(a.attname order by a.attnum)::text[] as key
       from pg_class c join pg_index i on i.indrelid = c.oid and i.indisunique join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
      where c.relnamespace = 'public'::regnamespace
        and i.indexrelid = (select k.indexrelid from pg_index k where k.indrelid = c.oid and k.indisunique order by k.indisprimary desc limit 1)
      group by 1`,
  );
  const { enums } = test.connectPlain({})._runtimeDataModel;
  const values = Object.values(enums).flatMap((one) => one.values);
  return {
    tables: rows.map(({ table }) => table),
    keys: Object.fromEntries(rows.map(({ table, key }) => [table, key])),
    enums: Object.fromEntries(values.map(({ name, dbName }) => [name, dbName ?? name])),
  };
}

/** Peers tell of what they could not log on the console. */
function muteConsole() {
  const { error, warn } = console;
  const said = [];
  console.error = console.warn = (...words) => {
    const text = words.map((word) => (word instanceof Error ? word.message : String(word))).join(' ');
    said.push(
      text
        .trim()
        .split('\n')
        .filter(Boolean)
        .slice(0, 1)
        .concat(text.trim().split('\n').at(-1))
        .join(' … ')
        .slice(0, 300),
    );
  };
  return { said, restore: () => Object.assign(console, { error, warn }) };
}
