import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { capture, DEPLOYMENT } from '../checkpoint/support/signed-log.js';
import { createLog, type TestLog } from '../support/log.js';
import { folder, run, type Folder, type Ran } from './run.js';

const HOSTILE = '<script>alert(1)</script>"\u202e';
const DAY = new Date().toISOString().slice(0, 10);
let log: TestLog;
let here: Folder;
let vkey: string;
let env: Record<string, string>;
let period: readonly string[];
const cli = (...args: readonly string[]): Promise<Ran> => run(args, { url: log.url, cwd: here.path, env });
const at = (...path: readonly string[]): string => join(here.path, ...path);
const shell = (command: string, ...cwd: string[]): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: at(...cwd), encoding: 'utf8', env: { ...process.env, VKEY: vkey } }); // prettier-ignore
  return { status, said: stdout + stderr };
};

beforeAll(async () => {
  log = await createLog();
  here = folder();
  env = { AUDIT_SIGNING_KEY_FILE: at('key.pem') };
  const made = await run(['keygen', '--out', at('key.pem'), '--origin', DEPLOYMENT], { cwd: here.path, url: log.url });
  vkey = /(\S+\/registry\+[0-9a-f]{8}\+\S+)/.exec(made.out + made.err)?.[1] ?? made.out + made.err;
  await capture(log, 'acme', 5);
  for (let i = 0; i < 35; i += 1)
    await log.pool.query(`insert into audit.content (source, header, model, resource_id, tenant_key, data) values ('record', '{"action":"thing.done"}', 'Thing', $1, 'acme', $2)`, [HOSTILE, JSON.stringify({ id: HOSTILE })]); // prettier-ignore
  await cli('seal', '--once');
  await sleep(10);
  period = ['--from', DAY, '--to', new Date().toISOString()];
  await capture(log, 'acme', 1);
  await cli('seal', '--once'); // the first checkpoint after the period
});
afterAll(async () => {
  here.remove();
  await log.close();
});

describe('export --package', () => {
  it('is one zip for a control and a period, which its own commands verify', async () => {
    const args = ['export', '--tenant', 'acme', ...period, '--prove-complete', '--openings', '--population', '--sample', '12', '--word', 'Birch', '--package', 'q1.zip', '--control', 'CC7.2']; // prettier-ignore
    expect(await cli(...args)).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^41 entries written to \S+\/q1\.zip; SHA-256 of its manifest: [0-9a-f]{64}\n$/) }); // prettier-ignore
    expect(readdirSync(here.path).toSorted()).toEqual(['key.pem', 'key.pem.checkpoints', 'q1.zip']); // nothing else is left
    expect(shell('unzip -q q1.zip -d q1').status).toBe(0);
    expect(readdirSync(at('q1')).toSorted()).toEqual(['README.md', 'SHA256SUMS', 'export', 'index.html', 'proofs', 'verify.py']); // prettier-ignore
    expect(shell('sha256sum -c --strict SHA256SUMS | grep -vc ": OK$"; find . -type f | grep -v "^./SHA256SUMS$" | wc -l; wc -l < SHA256SUMS', 'q1').said).toMatch(/^0\n(\d+)\n\1\n$/); // prettier-ignore
    expect(readdirSync(at('q1', 'proofs'))).toHaveLength(12);
    const readme = readFileSync(at('q1', 'README.md'), 'utf8');
    expect(readme).toMatch(/12 of 12 entries of the sample/);
    const [sums = '', exported = '', proved = ''] = /VKEY=\u2026\n([^]*?)\n```/.exec(readme)?.[1]?.split('\n') ?? [];
    expect(sums).toBe('sha256sum -c SHA256SUMS');
    expect(exported).toMatch(/^npx nestjs-prisma-audit@\d\S+ verify-export export --vkey "\$VKEY"$/);
    expect(await run(['verify-export', at('q1', 'export'), '--vkey', vkey])).toMatchObject({ code: 0, out: expect.stringMatching(/^VERIFIED 41 entries/) }); // prettier-ignore
    const { said } = shell(proved, 'q1');
    expect([said.match(/VERIFIED/g)?.length, said.match(/NOT PROVED/g)]).toEqual([13, null]);
    // A folder that was changed is told by the same command.
    expect(shell(`rm -r $(ls -d proofs/* | tail -n +3); f=$(ls -d proofs/* | head -1)/entry.leaf; sed -i 's/Note/Nota/; s/thing/thong/' "$f"; ${proved}`, 'q1').said.match(/NOT PROVED/g)).toHaveLength(1); // prettier-ignore
  });

  it('has a page on top that does nothing, whatever stands in the log', () => {
    const page = readFileSync(at('q1', 'index.html'), 'utf8');
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />`,
    );
    expect(page).toMatch(new RegExp(`<h1>Control CC7\\.2, ${DAY} to before ${DAY}T\\d+\\.?\\d*Z</h1>`));
    expect(page.match(/<(script|img|link|a|iframe)\b|https?:|\u202e/g)).toBeNull();
    expect(page.match(/Thing:[^<]*/g)?.[0]).toBe('Thing:&lt;script&gt;alert(1)&lt;/script&gt;&quot;\\u202e');
    for (const said of ['--package q1.zip --control CC7.2', 'word &quot;Birch&quot;', 'nothing of the range that the filter asks for', 'export/population.csv', 'was not verified with this export']) expect(page).toContain(said); // prettier-ignore
    expect(page.match(/<td>proofs\/\d+-[0-9a-f-]{36}<\/td>/g)).toHaveLength(12);
  });

  it('tells the log of each entry that was proved, and of the export', async () => {
    await cli('seal', '--once');
    const found = (await cli('query', '--tenant', 'acme', '--source', 'read', '--limit', '100', '--json')).out.trim().split('\n'); // prettier-ignore
    const actions = found.map((each) => (JSON.parse(each) as { action: string }).action).toSorted();
    expect(actions).toEqual(['audit.exported', ...Array<string>(12).fill('audit.read')]);
  });

  it('is named after the control, the period and the chain, of CSV and of no entries too', async () => {
    mkdirSync(at('named'));
    expect(await cli('export', '--tenant', 'acme', '--from', '2026-01-01', '--to', '2026-04-01', '--format', 'csv', '--package', 'named', '--control', '10.2.1/3')).toMatchObject({ code: 0 }); // prettier-ignore
    const name = `10.2.1-3_2026-01-01--2026-04-01_${DEPLOYMENT.replaceAll('/', '-')}-1.zip`;
    expect(readdirSync(at('named'))).toEqual([name]);
    expect(shell(`unzip -q named/${name} -d named/out`).status).toBe(0);
    const page = readFileSync(at('named', 'out', 'index.html'), 'utf8');
    expect(page).toMatch(/None was drawn/);
    expect(await run(['verify-export', at('named', 'out', 'export'), '--vkey', vkey])).toMatchObject({ code: 0 });
    expect((await cli('export', '--from', '2026-01-01', '--to', '2026-04-01', '--package')).code).toBe(0);
    expect(existsSync(at(`audit-log_2026-01-01--2026-04-01_${DEPLOYMENT.replaceAll('/', '-')}.zip`))).toBe(true);
  });

  it.each([
    [[], /--out, or a zip with --package/],
    [['--out', 'x', '--package', 'x.zip'], /one of the two/],
    [['--out', 'x', '--control', 'CC7.2'], /pass --package too/],
    [['--package', 'x.zip'], /pass --from and --to/],
    [['--package', 'x.zip', '--from', '2026-01-01', '--to', '2026-02-01', '--control', '<b>'], /a control is/],
    [['--package', 'no/where/x.zip', '--from', '2026-01-01', '--to', '2026-02-01'], /make it first/],
    [['--package', 'q1.zip', '--from', '2026-01-01', '--to', '2026-02-01'], /there is something at/],
    [['--package', 'x.zip', '--from', '2026-01-01', '--to', '2026-02-01', '--sample', '1001'], /1000 at most/],
    [['--package', 'x.zip', '--tenant', 'nobody', '--from', '2026-01-01', '--to', '2026-02-01', '--prove-complete'], /no chain yet/], // prettier-ignore
  ])('refuses %j, and leaves nothing', async (options, message) => {
    const before = readdirSync(here.path);
    expect(await cli('export', ...options)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) });
    expect(readdirSync(here.path)).toEqual(before);
  });
});
