import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { Audit } from '../../src/compose/index.js';
import { checkOptions, type AuditOptions } from '../../src/compose/options.js';
import type { Catalogue } from '../../src/event/catalogue.js';
import { reconcileTriggers } from '../../src/store/postgres/index.js';
import { COVERAGE, createQuickstart, PrismaClient, type Quickstart } from '../support/quickstart.js';

const CATALOGUE: Catalogue = {
  version: 1,
  checksum: '',
  models: {
    Tag: {
      table: 'Tag',
      id: ['id'],
      uniques: [],
      fields: Object.fromEntries(
        ['id', 'tenantId', 'name'].map((column) => [column, { column, type: 'String', kind: 'scalar' as const }]),
      ),
      relations: {},
    },
  },
  enums: {},
};
const CONFIG = { ...COVERAGE, catalogue: CATALOGUE };

/** Makes all of the cases undone. */
const UNDO = `
drop table if exists "Fresh";
alter table audit.entry enable always trigger append_only;
alter function audit.capture() owner to current_user;
drop role if exists nobody;
do $$ begin alter table "Tag" rename column title to name; exception when undefined_column then null; end $$`;

let world: Quickstart;
const opened: Audit[] = [];
beforeAll(async () => {
  world = await createQuickstart();
});
afterAll(() => world.close());
afterEach(async () => {
  await Promise.all(opened.splice(0).map((audit) => audit.close()));
  await world.pool.query(UNDO);
  await reconcileTriggers(world.pool, COVERAGE);
});

function open(options: Partial<AuditOptions>): Audit {
  const audit = new Audit(checkOptions({ databaseUrl: world.url, seal: false, poolSize: 2, ...options }));
  opened.push(audit);
  return audit;
}

const NO_GUARDS = 'alter table audit.entry disable trigger append_only';

describe('the probe at the start', () => {
  it.each<[string, string, Partial<AuditOptions>, string[]]>([
    ['all is well', '', { config: CONFIG }, []],
    ['all is well, as far as anybody knows', '', {}, []],
    [
      'a trigger is missing',
      'drop trigger "!audit_update" on "User"',
      { config: CONFIG },
      [
        'triggers fail: models captured by triggers that are stale or switched off: User: run "nestjs-prisma-audit migrate"',
      ],
    ],
    [
      'a table is new',
      'create table "Fresh" (id int)',
      { config: CONFIG },
      ['triggers fail: models not captured at all: Fresh: run "nestjs-prisma-audit migrate"'],
    ],
    [
      'a trigger is off',
      'alter table "User" disable trigger "!audit_update"',
      {},
      [
        'triggers fail: capture triggers are switched off on "User": changes there are not logged: run "nestjs-prisma-audit migrate"',
      ],
    ],
    [
      'redaction has changed',
      '',
      { config: { ...CONFIG, models: { ...CONFIG.models, User: { redact: ['email'] } } } },
      [
        'triggers fail: models captured by triggers that are stale or switched off: User: run "nestjs-prisma-audit migrate"',
      ],
    ],
    [
      'a model is not to be audited any more',
      '',
      { config: { ...CONFIG, models: { ...CONFIG.models, User: false } } },
      [
        'triggers warn: models captured although audit.config says they are not: User: run "nestjs-prisma-audit migrate"',
      ],
    ],
    [
      'no table is audited',
      `select audit.detach(format('%I.%I', schemaname, tablename)) from pg_tables where schemaname = 'public'`,
      {},
      ['triggers warn: no table has a capture trigger: run "nestjs-prisma-audit migrate"'],
    ],
    [
      'the configuration names what there is not',
      '',
      { config: { models: { Ghost: false } } },
      [
        'config fail: audit.config: model Ghost: there is no table "Ghost" (set models.Ghost.table where @@map renames it) [AUDIT_CONFIG_INVALID]',
      ],
    ],
    [
      'the catalogue is stale',
      'alter table "Tag" rename column name to title',
      { config: CONFIG },
      [
        'catalogue warn: the catalogue is not that of the database: Tag (no column name; does not know title): run "prisma generate" and deploy its result, or the migration that is missing',
      ],
    ],
    [
      'somebody took the guards off',
      NO_GUARDS,
      {},
      [
        'rights.appendOnly fail: the append-only triggers of the log are missing or switched off: somebody removed them: verify the log, then run "nestjs-prisma-audit migrate"',
      ],
    ],
    [
      'the capture function may not write',
      'create role nobody; alter function audit.capture() owner to nobody',
      {},
      [
        'rights.capture fail: the owner of the capture function may not write to the log, so audited writes fail: run "nestjs-prisma-audit migrate"',
      ],
    ],
  ])('finds what is wrong, and what to do: %s', async (_, sql, options, expected) => {
    if (sql !== '') await world.pool.query(sql);
    const told: unknown[] = [];
    const checks = await open({ ...options, onError: (error) => told.push(error) }).probe();
    const found = checks.filter(({ state }) => state !== 'ok');
    expect(
      found.map(({ name, state, message, remedy }) => [`${name} ${state}`, message, remedy].filter(Boolean).join(': ')),
    ).toEqual(expected);
    expect(told).toHaveLength(expected.length);
    expect(checks.length).toBeGreaterThan(0);
    for (const error of told) expect(error).toMatchObject({ code: 'AUDIT_PROBE_FAILED' });
  });

  it('asks each client among the candidates once, and nothing else', async () => {
    const client = world.keep(new PrismaClient({ adapter: new PrismaPg({ connectionString: world.url }) }));
    const strange = new Proxy(
      {},
      {
        get: () => {
          throw new Error('not to be touched');
        },
      },
    );
    const told: Error[] = [];
    const audit = open({ onError: (error) => told.push(error as Error) });
    await audit.probe([client, client, null, 1, {}, () => 1, strange]);
    expect(told.map(({ message }) => message.split(',')[0])).toEqual([
      expect.stringMatching(/^(a Prisma client|the client \w+) was built without auditAdapter\(\)$/),
      expect.stringMatching(/^\$transaction\(\[…\]\) of .* can be logged with the actor of another request/),
    ]);
  });

  it('refuses the start with `error`, and asks nothing with `off`', async () => {
    await world.pool.query(NO_GUARDS);
    await expect(open({ probe: 'error' }).probe()).rejects.toMatchObject({
      code: 'AUDIT_PROBE_FAILED',
      message: expect.stringContaining('verify the log'),
    });
    await expect(open({ probe: 'off' }).probe()).resolves.toEqual([]);
  });

  it('survives a database that is away: it says that nothing is known', async () => {
    const told: Error[] = [];
    await open({
      databaseUrl: 'postgresql://nobody@127.0.0.1:1/none',
      onError: (error) => told.push(error as Error),
    }).probe();
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the database could not be probed, so nothing is known of it/),
    ]);
  });
});
