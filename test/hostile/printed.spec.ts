import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { clip, line, paint, printJson, table, wrapped } from '../../src/cli/terminal.js';
import { AuditError } from '../../src/event/errors.js';
import { visible, visibleJson } from '../../src/event/visible.js';
import { checkHttpOptions } from '../../src/http/options.js';
import { AuditLog } from '../../src/nest/audit-log.js';
import { folder, run, type Folder, type Ran } from '../cli/run.js';
import type { FilledLog } from '../support/filled-log.js';
import { full } from '../support/full.js';
import { hostile } from '../support/hostile.js';
import { hostileDatabase, hostileLog } from './printed/world.js';
import { ALL, harmIn, JSON_TEXTS, TEXTS } from './printed/texts.js';

const EVERY = Object.entries({ ...TEXTS, ...JSON_TEXTS });
afterEach(() => void jest.restoreAllMocks());

describe('the check', () => {
  it.each(EVERY.filter(([name]) => name !== 'an escape that is written out'))('finds the harm in %s', (_name, text) => {
    expect(harmIn(`${text}\n`)).toBeDefined();
  });
});

describe('the command line', () => {
  it('writes, and knows of colours, in one file; where that cannot be loaded, bin.ts says so in words of its own', () => {
    const root = new URL('../../src/cli/', import.meta.url);
    const others = readdirSync(root).filter((file) => file !== 'terminal.ts' && file !== 'bin.ts');
    expect(others.length).toBeGreaterThan(15);
    for (const file of others) {
      const source = readFileSync(new URL(file, root), 'utf8');
      expect({ file, found: /process\.(?:stdout|stderr)|console\.|picocolors|writeSync/.exec(source) }).toEqual({ file, found: null }); // prettier-ignore
    }
  });
});

hostile('text that is printed', (holds) => {
  for (const [name, text] of EVERY) {
    holds(`as a line: ${name}`, () => {
      expect(harmIn(`${visible(text)}\n`)).toBeUndefined();
      expect(visible(text)).not.toContain('\n');
      expect(harmIn(String(line`${text}${paint.bold(text)}`), true)).toBeUndefined();
    });
    holds(`as JSON: ${name}`, () => {
      const value = { [text]: [text, { deep: text }], __proto__: null };
      const written = visibleJson(value, 2);
      expect(harmIn(written.replaceAll(/\p{M}/gu, ''))).toBeUndefined();
      expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)));
    });
    holds(`in a table: ${name}`, () => {
      expect(harmIn(String(table(['a'], [[text, paint.red(text)]])), true)).toBeUndefined();
      expect(
        harmIn(String(table(['a'], [[wrapped(text.repeat(30), 20), clip(text.repeat(30), 20)]])), true),
      ).toBeUndefined();
    });
    holds(`in the log: ${name}`, () => {
      const said: string[] = [];
      for (const level of ['warn', 'error'] as const)
        jest.spyOn(Logger.prototype, level).mockImplementation((message: unknown, facts: unknown) => {
          said.push(
            String(message),
            ...Object.entries(facts as object)
              .flat()
              .map(String),
          );
        });
      const log = new AuditLog(text);
      log.warn(new AuditError('AUDIT_QUEUE_FULL', text, { [text]: text }));
      log.warn(Object.assign(new Error(`other ${text}`), { code: `E${text}` }));
      log.warn(text);
      log.error(text, { [text]: text });
      expect(said.length).toBeGreaterThanOrEqual(8);
      for (const each of said) expect(harmIn(each)).toBeUndefined();
    });
    holds(`in a warning of the process: ${name}`, () => {
      const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      checkHttpOptions('test', {}).onError(new Error(text));
      expect(harmIn(String(warn.mock.calls[0]?.[0]))).toBeUndefined();
    });
  }
  holds('very long text', () => {
    expect(visible('x'.repeat(5_000_000)).length).toBeLessThan(5_000);
    expect(visible('\u001b'.repeat(5_000_000)).length).toBeLessThan(30_000);
  });
  holds('plain text stays as it is', () => {
    const plain = 'Ünïcödé 漢字 हिन्दी ภาษาไทย العربية עברית 👍 C:\\data "q" 1/2 — …';
    expect(visible(plain)).toBe(plain);
  });
});

/** One command and where it runs. */
interface World {
  readonly log: FilledLog;
  readonly other: Awaited<ReturnType<typeof hostileDatabase>>;
  readonly here: Folder;
}

async function worldOf(text: string): Promise<World> {
  const here = folder();
  const message = JSON.stringify(text);
  here.write('throws.config.mjs', `throw new Error(${message});`);
  here.write('unknown.config.mjs', `export default { ${message}: 1 };`);
  here.write('rejects.config.mjs', `setTimeout(() => Promise.reject(new Error(${message})), 0); await new Promise((r) => setTimeout(r, 50)); export default {};`); // prettier-ignore
  here.write('warns.config.mjs', `process.emitWarning(${message}, { code: ${message}, detail: ${message} }); export default { actions: {} };`); // prettier-ignore
  const actions = `{ 'a.b': { resource: 'R', description: ${message}, details: { '~standard': { version: 1, vendor: ${message}, validate: (value) => ({ value }), jsonSchema: { output: () => ({ properties: { ${message}: { const: ${message} } } }) } } } } }`; // prettier-ignore
  here.write('actions.mjs', `export default ${actions};`);
  here.write('wrong.mjs', `export default { ${message}: {} };`);
  here.write('load.sql', `select public.say('${text.replaceAll("'", "''")}')`);
  here.write('pins', `${text}\n`);
  return { log: await hostileLog(text), other: await hostileDatabase(text), here };
}

/** What a command of each kind prints, with hostile text wherever it takes any from. */
const COMMANDS: readonly [name: string, args: (text: string) => string[], options?: { other?: boolean; env?: (text: string) => Record<string, string>; full?: boolean; json?: 'one' | 'lines' }][] = [
  ['verify', () => ['verify']],
  ['verify --json', () => ['verify', '--json'], { json: 'one' }],
  ['verify --pin', () => ['verify', '--pin', 'pins'], { full: true }],
  ['verify --pin of a file that is not there', (text) => ['verify', '--pin', text], { full: true }],
  ['checkpoint', () => ['checkpoint']],
  ['publish', () => ['publish', 'published'], { full: true }],
  ['publish of a chain that is called so', (text) => ['publish', 'published', '--chain', text], { full: true }],
  ['prove of an id that is written so', (text) => ['prove', text], { full: true }],
  ['verify-proof of a folder that is called so', (text) => ['verify-proof', text, '--vkey', 'a/registry+c53e9e8d+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'], { full: true }],
  ['verify-proof with a key', (text) => ['verify-proof', '.', '--vkey', text], { full: true }],
  ['doctor', () => ['doctor']],
  ['doctor --json', () => ['doctor', '--json'], { json: 'one' }],
  ['query', () => ['query']],
  ['query --json', () => ['query', '--json'], { json: 'lines' }],
  ['query of a tenant that is called so', (text) => ['query', '--tenant', text, '--actor', text, '--action', `${text}*`], { full: true }],
  ['query with a cursor', (text) => ['query', '--cursor', text], { full: true }],
  ['query with a time', (text) => ['query', '--from', text], { full: true }],
  ['migrate --dry-run', () => ['migrate', '--dry-run'], { other: true }],
  ['migrate with a role that is called so', (text) => ['migrate', '--app-role', text], { other: true, full: true }],
  ['migrate with an origin that is called so', (text) => ['migrate', '--origin', text], { other: true, full: true }],
  ['migrate --prisma', (text) => ['migrate', '--dry-run', '--prisma', `./${text.replaceAll('/', '')}`], { other: true, full: true }],
  ['migrate', () => ['migrate'], { other: true, full: true }],
  ['backfill of what is not there', (text) => ['backfill', '--table', text, '--reason', text, '--file', 'load.sql'], { other: true, full: true }],
  ['an error of the database', () => ['backfill', '--table', 'keyed', '--reason', 'x', '--file', 'load.sql'], { other: true, full: true }],
  ['actions', () => ['actions', '--file', 'actions.mjs'], { full: true }],
  ['actions --markdown', () => ['actions', '--markdown', '--file', 'actions.mjs'], { full: true }],
  ['actions --json', () => ['actions', '--json', '--file', 'actions.mjs'], { full: true, json: 'one' }],
  ['a catalogue that is wrong', () => ['actions', '--file', 'wrong.mjs'], { full: true }],
  ['a file that is not there', (text) => ['actions', '--file', text], { full: true }],
  ['a schema', (text) => ['doctor', '--schema', text], { full: true }],
  ['ask pattern', () => ['ask', 'pattern']],
  ['ask failures', () => ['ask', 'failures', '--within', '365d', '--at-least', '1']],
  ['ask as-of', (text) => ['ask', 'as-of', `Note:${text}`, '2100-01-01'], { full: true }],
  ['ask difference', (text) => ['ask', 'difference', `${text}:1`, '2026-01-01', '2100-01-01'], { full: true }],
  ['ask who-saw of what is no record', (text) => ['ask', 'who-saw', text], { full: true }],
  ['ask revert of what is no entry', (text) => ['ask', 'revert', text], { full: true }],
  ['a zone that there is not', (text) => ['ask', 'pattern', '--zone', text], { full: true }],
  ['a configuration that throws', () => ['verify', '--config', 'throws.config.mjs'], { full: true }],
  ['a configuration that rejects', () => ['verify', '--config', 'rejects.config.mjs'], { full: true }],
  ['a configuration that warns', () => ['actions', '--config', 'warns.config.mjs'], { full: true }],
  ['a configuration with a setting', () => ['verify', '--config', 'unknown.config.mjs'], { full: true }],
  ['a database that is not there', () => ['verify'], { env: (text) => ({ AUDIT_DATABASE_URL: `postgresql://127.0.0.1:1/${encodeURIComponent(text)}` }), full: true }],
  ['an address that is none', () => ['verify'], { env: (text) => ({ AUDIT_DATABASE_URL: `postgresql://${text}` }), full: true }],
  ['an option that is not there', (text) => ['verify', `--${text}`], { full: true }],
  ['a command that is not there', (text) => [text], { full: true }],
  ['an argument too many', (text) => ['verify', text], { full: true }],
  ['the help', () => ['--help'], { full: true }],
]; // prettier-ignore

/** With colours as well, where a person reads it. */
async function runs(
  world: World,
  text: string,
  [, args, { other, env } = {}]: (typeof COMMANDS)[number],
  colour: boolean,
): Promise<Ran> {
  // prettier-ignore
  const url = other ? world.other.url : world.log.url;
  const colours: Record<string, string> = colour ? { NO_COLOR: '', FORCE_COLOR: '1' } : {};
  return await run(args(text), { url, cwd: world.here.path, env: { ...colours, ...env?.(text) } });
}

function worldWith(text: string): () => World {
  let world: World | undefined;
  beforeAll(async () => {
    world = await worldOf(text);
  }, 120_000);
  afterAll(async () => {
    world?.here.remove();
    await world?.log.close();
    await world?.other.close();
  });
  return () => world as World;
}

function commands(texts: readonly (readonly [name: string, text: string])[], short: boolean): void {
  for (const [name, text] of texts) {
    hostile(`what commands print of ${name}`, (holds) => {
      const world = worldWith(text);
      for (const command of COMMANDS) {
        const [of, , options = {}] = command;
        const settings = { full: !short || options.full === true, timeoutMs: 120_000 };
        holds(
          of,
          async () => {
            const { out, err, code } = await runs(world(), text, command, false);
            expect({ out: harmIn(out.replaceAll(options.json ? /\p{M}/gu : /$^/g, '')), err: harmIn(err) }).toEqual({});
            expect(out + err).not.toBe('');
            expect(code).not.toBeNull();
            if (options.json === 'one') JSON.parse(out);
            if (options.json === 'lines') for (const each of out.trimEnd().split('\n')) JSON.parse(each);
          },
          settings,
        );
        if (options.json === undefined)
          holds(
            `${of}, in colours`,
            async () => {
              const { out, err } = await runs(world(), text, command, true);
              expect({ out: harmIn(out, true), err: harmIn(err, true) }).toEqual({});
            },
            { ...settings, full: true },
          );
      }
    });
  }
}

commands([['all of it', ALL]], true);
if (full)
  commands(
    ['a colour and a verdict', 'a line of its own', 'a carriage return over the line', 'zero width', 'tags'].map(
      (name) => [name, TEXTS[name] as string],
    ),
    false,
  );

it('prints JSON that parses to what was stored', () => {
  const write = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
  printJson({ text: ALL });
  const [written] = write.mock.calls[0] as [string];
  expect(JSON.parse(written)).toEqual({ text: ALL });
});
