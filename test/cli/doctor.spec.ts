import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import { doctorCommand } from '../../src/cli/doctor.js';
import type { Health } from '../../src/store/postgres/health.js';
import { reconcileTriggers } from '../../src/store/postgres/index.js';
import { createLog, type TestLog } from '../support/log.js';
import { folder, type Folder } from './run.js';

let log: TestLog;
let here: Folder;
let serial = 0; // a module is loaded once
const column = (name: string) => ({ column: name, type: 'Int', kind: 'scalar' });
const CONFIG = {
  catalogue: {
    version: 1,
    checksum: '',
    enums: {},
    models: {
      Bill: { table: 'bills', id: ['id'], uniques: [], fields: { id: column('id'), total: column('total') }, relations: {} },
      Line: { table: 'lines', id: ['id'], uniques: [], fields: { id: column('id') }, relations: {} },
    },
  },
}; // prettier-ignore
/** `model`, not `view`, over what is no table, as introspection or habit makes them. */
const OVER = (table: string) => ({ ...CONFIG.catalogue, models: { ...CONFIG.catalogue.models, Seen: { ...CONFIG.catalogue.models.Line, table } } }); // prettier-ignore

/** As a step of a deployment calls it: in this process, since a process for each case would be most of the time. */
async function doctor(config: object): Promise<{ code: unknown; health: Health }> {
  const file = here.write(`${serial++}.mjs`, `export default ${JSON.stringify(config)}`);
  let out = '';
  const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  try {
    const program = new Command().option('--config <file>').option('--database-url <url>').addCommand(doctorCommand());
    await program.parseAsync(['--config', file, '--database-url', log.url, 'doctor', '--json'], { from: 'user' });
    return { code: process.exitCode, health: JSON.parse(out) as Health };
  } finally {
    stdout.mockRestore();
    process.exitCode = undefined;
  }
}

beforeAll(async () => {
  log = await createLog();
  here = folder();
  await log.pool.query('create table bills (id int primary key, total int); create table lines (id int primary key)');
});
afterAll(async () => {
  here.remove();
  await log.close();
});

const RIGHT = `
drop table if exists fresh; drop view if exists seen, "Seen"; drop materialized view if exists kept; alter table bills drop column if exists tax;
alter table audit.entry enable always trigger append_only;
revoke all on audit.content from public;
select setval('audit.lost_seq', 1, false);
update audit.sealer set holder = 'x', lease_ms = 600000, lease_until = clock_timestamp() + interval '10 minutes';
update audit.coverage set looked_at = clock_timestamp()`;

describe('doctor --json, as a step of a deployment', () => {
  it.each<[string, string, object, string[]]>([
    ['nothing is wrong', '', {}, []],
    ['a table of somebody else is left out', 'create table fresh (id int)', { models: { fresh: false } }, []],
    ['a model is not covered', 'create table fresh (id int)', {}, ['trigger:fresh', 'catalogue']],
    ['a trigger is missing', 'drop trigger "!audit_update" on bills', {}, ['trigger:Bill']],
    ['a trigger is switched off', 'alter table bills disable trigger "!audit_delete"', {}, ['trigger:Bill']],
    ['a trigger is stale: the configuration has changed', '', { models: { Bill: { redact: ['total'] } } }, ['trigger:Bill']],
    ['a model is captured that should not be', '', { models: { Line: false } }, ['trigger:lines']],
    ['the level is less than the one that is named', '', { level: 'split' }, ['level']],
    ['somebody has a right that his part is not due', 'grant select on audit.content to public', {}, ['rights']],
    ['the roles are not those of the database', '', { roles: { app: 'postgres' } }, ['level', 'rights']],
    ['the database has a column that the catalogue does not know', 'alter table bills add column tax int', {}, ['catalogue']],
    ['a model lies over a view', 'create view seen as table lines', { catalogue: OVER('seen') }, ['catalogue']],
    ['that model is left out', 'create view seen as table lines', { catalogue: OVER('seen'), models: { Seen: false } }, []],
    ['that model is left out by the name of the view', 'create view seen as table lines', { catalogue: OVER('seen'), models: { seen: false } }, []],
    ['a model that has the name of its view is left out', 'create view "Seen" as table lines', { catalogue: OVER('Seen'), models: { Seen: false } }, []],
    ['a model lies over a materialized view', 'create materialized view kept as table lines', { catalogue: OVER('kept') }, ['catalogue']],
    ['a model whose table is not there is left out', '', { catalogue: OVER('gone'), models: { Seen: false } }, []],
    ['the guards are off', 'alter table audit.entry disable trigger append_only', {}, ['guards', 'log']],
    ['nobody seals', `update audit.sealer set lease_until = '-infinity'`, {}, ['sealer']],
    ['nobody watches the triggers', `update audit.coverage set looked_at = now() - interval '6 minutes'`, {}, ['watch']],
    ['writes were lost', `select nextval('audit.lost_seq')`, {}, ['lost']],
  ])('when %s', async (_when, sql, config, expected) => {
    await log.pool.query(RIGHT);
    await reconcileTriggers(log.pool, { models: { Bill: { table: 'bills' }, Line: { table: 'lines' } } });
    if (sql !== '') await log.pool.query(sql);
    const { code, health } = await doctor({ ...CONFIG, ...config });
    const failed = health.checks.filter(({ state }) => state === 'fail');
    expect(failed.map(({ name }) => name)).toEqual(expected);
    expect(health.problems).toHaveLength(expected.length);
    expect(code).toBe(expected.length === 0 ? 0 : 1);
    // Each says what to do, but for what only time or somebody else can put right.
    for (const { name, remedy } of failed) expect([name, remedy]).toEqual([name, expect.stringMatching(/\w{5}/)]);
  }); // prettier-ignore
});
