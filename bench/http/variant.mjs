import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createApplication, withClient } from '../databases.mjs';
import { invoiceOf } from '../operations.mjs';
import { createLoad } from './load.mjs';

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

/** One platform with one way of auditing: a database and a server of its own, and the load upon it. */
export async function startVariant(server, platform, variant, { seal }) {
  const databaseUrl = await createApplication(server, `bench_${platform}_${variant}`, { audited: variant !== 'none' });
  const child = fork(SERVER, [JSON.stringify({ platform, variant, databaseUrl, seal })], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const ended = once(child, 'exit').then(([code]) => new Error(`the server ended with exit code ${code}`));
  const [{ port }] = await answer(child, ended);
  const loads = new Map();
  let serial = 0;
  let sent = 0;
  const tell = async (message) => {
    child.send(message);
    await answer(child, ended);
  };
  const bodyOf = () => JSON.stringify(invoiceOf((serial += 1)));

  return {
    name: variant,
    async block(clients, calls) {
      if (!loads.has(clients)) loads.set(clients, createLoad(port, clients));
      const result = await loads.get(clients).block(calls, bodyOf);
      sent += result.sent;
      await tell('settle');
      return result;
    },
    /** A figure of an audit that does not happen is none. @throws Error when entries are missing, or too many */
    async check() {
      if (variant === 'none') return;
      const entries = await entriesOf(databaseUrl);
      if (entries !== sent) throw new Error(`${platform}, ${variant}: ${entries} entries of ${sent} requests`);
    },
    /** Whether an entry is in the database as soon as its response is here, each of ten times. */
    async waitsForItsEntry() {
      const load = createLoad(port, 1);
      let there = 0;
      for (let n = 0; n < 10; n += 1) {
        const before = await entriesOf(databaseUrl);
        sent += (await load.block(1, bodyOf)).sent;
        if ((await entriesOf(databaseUrl)) === before + 1) there += 1;
        await tell('settle');
      }
      load.close();
      return there === 10;
    },
    async close() {
      for (const load of loads.values()) load.close();
      child.send('stop');
      await ended;
    },
  };
}

/** The next message of the server; an error if it ends without one. */
async function answer(child, ended) {
  const given = await Promise.race([once(child, 'message'), ended]);
  if (given instanceof Error) throw given;
  return given;
}

const entriesOf = (url) =>
  withClient(url, async (client) => {
    const { rows } = await client.query(`select count(*)::int as n from audit.content where source = 'request'`);
    return rows[0].n;
  });
