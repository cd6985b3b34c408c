import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createDatabase } from './support/database.js';
import { startPostgres } from './support/postgres.mjs';

async function ask<Row>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('a test database', () => {
  const dropped: (() => Promise<void>)[] = [];
  afterAll(() => Promise.all(dropped.map((drop) => drop())));

  it('is new for each caller, also when many ask at the same time', async () => {
    const databases = await Promise.all(Array.from({ length: 5 }, () => createDatabase()));
    dropped.push(...databases.map(({ drop }) => drop));
    expect(new Set(databases.map(({ name }) => name)).size).toBe(5);
    for (const { url, name } of databases) {
      expect(await ask(url, 'select current_database() as name')).toEqual([{ name }]);
    }
  });

  it('can be a copy of another one', async () => {
    const original = await createDatabase();
    await ask(original.url, `create table note as select 'kept' as text`);
    const copy = await createDatabase({ template: original.name });
    dropped.push(original.drop, copy.drop);
    expect(await ask(copy.url, 'select text from note')).toEqual([{ text: 'kept' }]);
  });

  it('can have another encoding', async () => {
    const database = await createDatabase({ encoding: 'SQL_ASCII' });
    dropped.push(database.drop);
    expect(await ask(database.url, 'show server_encoding')).toEqual([{ server_encoding: 'SQL_ASCII' }]);
  });

  it('is dropped also when somebody is connected to it, and dropping it twice is fine', async () => {
    const database = await createDatabase();
    const client = new pg.Client({ connectionString: database.url });
    const cut = new Promise<Error>((resolve) => client.on('error', resolve));
    await client.connect();
    await database.drop();
    await database.drop();
    expect((await cut).message).toMatch(/terminat/);
    await expect(ask(database.url, 'select 1')).rejects.toThrow(/does not exist/);
  });
});

describe('a PostgreSQL server of a test', () => {
  it('keeps what was committed when it is killed and started again, and leaves nothing when it is stopped', async () => {
    const server = await startPostgres({ own: true, durable: true, settings: ['work_mem=7MB'] });
    try {
      expect(await ask(server.url, 'show work_mem')).toEqual([{ work_mem: '7MB' }]);
      expect(await ask(server.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
      await ask(server.url, `create table note as select 'kept' as text`);
      await server.kill();
      await expect(ask(server.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
      await server.restart();
      expect(await ask(server.url, 'select text from note')).toEqual([{ text: 'kept' }]);
    } finally {
      await server.stop();
    }
    expect(existsSync(server.dataDir ?? '')).toBe(false);
  });

  it('ends with the process that started it, also when that one is killed', async () => {
    const support = new URL('support/postgres.mjs', import.meta.url).href;
    const program = `
      const { startPostgres } = await import(${JSON.stringify(support)});
      console.log(JSON.stringify(await startPostgres({ own: true })));
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(owner.stdout, 'data');
    const { url, dataDir } = JSON.parse(String(line));
    await ask(url, 'select 1');
    owner.kill('SIGKILL');
    while (existsSync(dataDir)) await sleep(20);
    await expect(ask(url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('says what is wrong when it cannot start', async () => {
    await expect(startPostgres({ own: true, settings: ['no_such_setting=1'] })).rejects.toThrow(/no_such_setting/);
  });
});
