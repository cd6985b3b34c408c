import { afterAll, beforeAll, expect } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createAudit } from '../../src/compose/index.js';
import { withLogSource } from '../../src/store/postgres/index.js';
import { mayExecute, PARTS } from '../../src/store/postgres/roles.js';
import { verify } from '../../src/verify/index.js';
import { full } from '../support/full.js';
import { hostile } from '../support/hostile.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';
import { AT_MOST, OWNERS, PURE } from './functions.js';

interface LogFunction {
  readonly name: string;
  readonly definer: boolean;
  readonly types: readonly string[];
}

const PAGE = fileURLToPath(new URL('../../docs/privileges.md', import.meta.url));
const [BEGIN, END] = ['<!-- functions: written by test/hostile/functions.spec.ts with AUDIT_WRITE_FUNCTIONS=1 -->', '<!-- /functions -->'] as const; // prettier-ignore

let world: LevelsWorld;
let functions: readonly LogFunction[];
beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
  const { rows } = await world.owner.query<LogFunction>(
    `select p.proname as name, p.prosecdef as definer, array(select format_type(t, null) from unnest(p.proargtypes) t)::text[] as types
       from pg_proc p where p.pronamespace = 'audit'::regnamespace order by p.proname collate "C"`,
  );
  functions = rows;
});
afterAll(() => world.close());

const SANE: Readonly<Record<string, string>> = {
  text: `'x'`,
  'text[]': `array['x']`,
  bigint: '1',
  'bigint[]': 'array[1]::bigint[]',
  'uuid[]': `array['00000000-0000-0000-0000-000000000000']::uuid[]`,
  integer: '1000',
  'integer[]': 'array[1]',
  boolean: 'true',
  regclass: `'public."User"'::regclass`,
  bytea: `'x'::bytea`,
  name: `'postgres'`,
  'timestamp with time zone': 'now()',
};
const huge = full ? 30_000_000 : 3_000_000;
const HOSTILE: Readonly<Record<string, readonly string[]>> = {
  text: ['null', `''`, `repeat(',', ${huge})`, `repeat('[', 100000)`, String.raw`E'\x1b[32mVERIFIED\n'`, `'{"a":1}'`, `'null'`, String.raw`'"\u0000"'`, `chr(55296 - 1)`, `'''; drop table audit.content; --'`],
  'text[]': ['null', `'{}'`, `array[null]::text[]`, `array[repeat(',', ${huge})]`, `array[array['x'], array['y']]`, `array_fill('x'::text, array[20000])`, `'[5:6]={a,b}'`, String.raw`array[E'\x1b]0;x\x07']`, `array['change']`, `array['control']`, `array['{"action":5}']`, `array['deferred,gap']`],
  bigint: ['null', '0', '-1', '9223372036854775807', '-9223372036854775808'],
  'bigint[]': ['null', `'{}'`, `array[null]::bigint[]`, 'array[9223372036854775807]', 'array[-9223372036854775808]', 'array[9007199254740000]', `array_fill(1::bigint, array[20000])`],
  integer: ['null', '0', '-1', '2147483647', '-2147483648'],
  'integer[]': ['null', `'{}'`, 'array[null]::integer[]', 'array[2147483647]', 'array[-1]'],
  'uuid[]': ['null', `'{}'`, 'array[null]::uuid[]', `array['x']`, `array_fill(gen_random_uuid(), array[20000])`],
  boolean: ['null', 'false'],
  bytea: ['null', `''`, `'\\xff'`, `'\\xefbbbf7b7d'`, `convert_to(repeat('[', 100000), 'UTF8')`, `convert_to(repeat(',', ${huge}), 'UTF8')`],
  name: ['null', `''`, `'no such role'`, `repeat('x', 1000)`],
  'timestamp with time zone': ['null', `'infinity'`, `'-infinity'`, `'294276-12-31'`, `'4713-01-01 BC'`],
  regclass: ['null', `'pg_class'`, `'audit.content'`, '0', '4294967295'],
}; // prettier-ignore

/** What PostgreSQL says of an argument that it or we refuse; anything else is a fault: of its own, of time, of memory. */
const REFUSED = /^(?:22|23|42|0A|AUD|54|P0001|3F|21)/;

hostile('functions × parts × hostile arguments', (holds) => {
  for (const part of PARTS) {
    holds(`of the ${part}: each function that it may execute is known, and no other can be called`, async () => {
      const due = mayExecute(part);
      const { rows } = await world.owner.query<{ name: string }>(
        `select distinct proname as name from pg_proc where pronamespace = 'audit'::regnamespace and has_function_privilege($1::text, oid, 'execute') order by 1`,
        [world.roles[part]],
      );
      expect(rows.map(({ name }) => name).filter((name) => !due.includes(name))).toEqual([]);
      expect(rows.map(({ name }) => name).filter((name) => AT_MOST[name] === undefined)).toEqual([]);
    });
    for (const name of mayExecute(part)) {
      holds(
        `${part}: ${name}`,
        async () => {
          const found = functions.find((each) => each.name === name);
          expect(found).toBeDefined();
          const { types } = found as LogFunction;
          const pool = world.poolOf(world.roles[part]);
          for (const [place, type] of types.entries()) {
            expect(HOSTILE[type]).toBeDefined();
            for (const value of HOSTILE[type] ?? []) {
              const list = types.map((each, i) => (i === place ? `${value}::${type}` : SANE[each])).join(', ');
              const failed = await pool.query(`select * from audit.${name}(${list})`).then(
                () => undefined,
                (error: unknown) => error as { code?: string; message: string },
              );
              if (failed && !REFUSED.test(failed.code ?? '')) throw new Error(`${name}(${list.slice(0, 300)}): ${failed.code} ${failed.message.slice(0, 300)}`); // prettier-ignore
            }
          }
        },
        { timeoutMs: 120_000 },
      );
    }
    holds(
      `after all that the ${part} has tried, the log is as it may be, and writing and sealing go on`,
      async () => {
        const { rows } = await world.owner.query(
          `select s.low <= audit.position() as low, s.last_sealed_at <= clock_timestamp() + interval '2 seconds' as time, s.lease_until <= clock_timestamp() + interval '11 minutes' or not isfinite(s.lease_until) as lease,
                  audit.position() < 10000000 as positions, not exists (select from audit.content c where c.source not in ('request', 'record', 'change', 'change.client', 'read', 'control')) as sources
             from audit.sealer s`,
        );
        expect(rows).toEqual([{ low: true, time: true, lease: true, positions: true, sources: true }]);
        await world.owner.query(`update audit.sealer set holder = null, lease_until = '-infinity'`); // whoever has it, may keep it for a while
        const audit = createAudit({ databaseUrl: world.urlOf(world.roles.app), sealerUrl: world.urlOf(world.roles.sealer), flushIntervalMs: 1, seal: { minWaitMs: 1 } }); // prettier-ignore
        audit.record({ action: 'report.export' });
        await audit.flush();
        expect(await audit.close()).toEqual({ lost: 0, spooled: 0 });
        const report = await withLogSource(world.owner, 'audit', (source) => verify(source));
        expect(report.findings.slice(0, 3)).toEqual([]);
        expect(report.verdict).toBe('VERIFIED');
      },
      { timeoutMs: 120_000 },
    );
  }

  holds('docs/privileges.md has the table of them', async () => {
    const yes = (is: boolean): string => (is ? 'yes' : '');
    const lines = functions.map(({ name, definer }) => {
      const client = mayExecute('app', 'client').includes(name) && !mayExecute('app').includes(name);
      const some = client || PARTS.some((part) => mayExecute(part).includes(name));
      const says = AT_MOST[name] ?? (client ? PURE : OWNERS);
      return some ? `| \`${name}\` | ${definer ? 'owner' : 'caller'} | ${client ? 'engine `client`' : yes(mayExecute('app').includes(name))} | ${PARTS.slice(1).map((part) => yes(mayExecute(part).includes(name))).join(' | ')} | ${says} |` : undefined; // prettier-ignore
    });
    const owners = functions.filter((_, i) => lines[i] === undefined).map(({ name }) => `\`${name}\``);
    const table = [
      BEGIN,
      `| function | runs as | ${PARTS.join(' | ')} | what its arguments can do at most |`,
      `|---|---|${PARTS.map(() => '---|').join('')}---|`,
      ...new Set(lines.filter((line) => line !== undefined)),
      '',
      `For the owner alone, whatever the engine: ${[...new Set(owners)].join(', ')}.`,
      END,
    ].join('\n');
    const page = await readFile(PAGE, 'utf8');
    const [before = '', rest = ''] = page.split(BEGIN);
    const wanted = `${before}${table}${rest.split(END)[1] ?? ''}`;
    if (process.env['AUDIT_WRITE_FUNCTIONS'] === '1') await writeFile(PAGE, wanted);
    else expect(page).toBe(wanted);
  });
});
