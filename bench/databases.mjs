import { readFileSync } from 'node:fs';
import pg from 'pg';
import { createPool, migrate, reconcileTriggers } from '../dist/esm/store/postgres/index.js';

const SCHEMA = readFileSync(new URL('schema.sql', import.meta.url), 'utf8');

export function urlOf(server, database) {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

export async function withClient(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function withPool(url, work) {
  const pool = createPool(url, { max: 4, applicationName: 'bench' });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** An empty database for one run, replacing that of the run before. */
export async function freshDatabase(server, name) {
  await withClient(server, async (client) => {
    await client.query(`drop database if exists "${name}" with (force)`);
    await client.query(`create database "${name}"`);
  });
  return urlOf(server, name);
}

/** The application's tables; audited as `nestjs-prisma-audit migrate` does it without a configuration. */
export async function createApplication(server, name, { audited }) {
  const url = await freshDatabase(server, name);
  await withClient(url, (client) => client.query(SCHEMA));
  if (audited) {
    await installLog(url);
    await withPool(url, (pool) => reconcileTriggers(pool, {}));
  }
  return url;
}

export const installLog = (url) => withPool(url, (pool) => migrate(pool, { schema: 'audit', origin: 'bench' }));

/** So that a run does not pay for what the one before has left to be written. */
export const checkpoint = (url) => withClient(url, (client) => client.query('checkpoint'));
