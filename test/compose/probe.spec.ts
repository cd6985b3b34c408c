import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { Audit } from '../../src/compose/index.js';
import { checkOptions, type AuditOptions } from '../../src/compose/options.js';
import { reconcileTriggers, type Coverage } from '../../src/store/postgres/index.js';
import { catalogueOfDatabase } from '../support/catalogue.js';
import { COVERAGE, createQuickstart, PrismaClient, type Quickstart } from '../support/quickstart.js';

/** With a catalogue of the database as it is at first. */
const CONFIG: { -readonly [K in keyof Coverage]: Coverage[K] } = { ...COVERAGE };

/** Makes all of the cases undone. */
const UNDO = `
drop table if exists "Fresh", fresh_too;
alter table audit.entry enable always trigger append_only;
alter function audit.capture() owner to current_user;
drop role if exists nobody;
do $$ begin alter table "Tag" rename column title to name; exception when undefined_column then null; end $$`;

let world: Quickstart;
const opened: Audit[] = [];
beforeAll(async () => {
  world = await createQuickstart();
  const catalogue = await catalogueOfDatabase(world.pool);
  const { invoice_lines: line, ...models } = catalogue.models;
  CONFIG.catalogue = { ...catalogue, models: { ...models, ...(line && { InvoiceLine: line }) } };
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

const GENERATE =
  'run "prisma migrate deploy" and "prisma generate" with the same schema.prisma; a table that is not Prisma’s can be left out by name (models: { name: false })';
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
        'triggers fail: User has a capture trigger that is not what audit.config says, or is switched off: run "nestjs-prisma-audit migrate"',
      ],
    ],
    [
      'tables are new',
      'create table "Fresh" (id int); create table fresh_too (id int)',
      { config: CONFIG },
      [
        'triggers fail: Fresh, fresh_too: each has no capture trigger: run "nestjs-prisma-audit migrate"',
        `catalogue warn: the catalogue is not that of the database: the table public.Fresh is in the database and not in the catalogue; the table public.fresh_too is in the database and not in the catalogue: ${GENERATE}`,
      ],
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
        'triggers fail: User has a capture trigger that is not what audit.config says, or is switched off: run "nestjs-prisma-audit migrate"',
      ],
    ],
    [
      'a model is not to be audited any more',
      '',
      { config: { ...CONFIG, models: { ...CONFIG.models, User: false } } },
      ['triggers fail: User is captured although audit.config says it is not: run "nestjs-prisma-audit migrate"'],
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
        `catalogue warn: the catalogue is not that of the database: the column public.Tag.name is in the catalogue and not in the database; the column public.Tag.title is in the database and not in the catalogue: ${GENERATE}`,
      ],
    ],
    [
      'somebody took the guards off',
      NO_GUARDS,
      {},
      [
        'guards fail: the append-only triggers of content or entry are missing or switched off: somebody removed them: verify the log, then run "nestjs-prisma-audit migrate"',
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
