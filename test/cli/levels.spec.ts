import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool, type Pool } from '../../src/store/postgres/index.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { folder, run, type Folder, type Ran } from './run.js';

const mark = randomBytes(4).toString('hex');
const [app, sealer] = [`app_${mark}`, `sealer_${mark}`];
let database: TestDatabase;
let owner: Pool;
let here: Folder;
const as = (role: string): string => database.url.replace('postgres@', `${role}@`);
/** As an operator's environment is: the application's URL, and one each for migrator and sealer. */
const env = (): Record<string, string> => ({
  AUDIT_DATABASE_URL: as(app),
  AUDIT_MIGRATE_DATABASE_URL: database.url,
  AUDIT_SEALER_DATABASE_URL: as(sealer),
});
const cli = (...args: string[]): Promise<Ran> => run(args, { cwd: here.path, env: env() });

beforeAll(async () => {
  database = await createDatabase();
  expect(as(app)).toContain(app);
  owner = createPool(database.url, { max: 2, applicationName: 'test' });
  here = folder();
  await owner.query('create table note (id int primary key, text text)');
});
afterAll(async () => {
  here.remove();
  await owner.query(`drop owned by ${app}, ${sealer}; drop role ${app}, ${sealer}`);
  await owner.end();
  await database.drop();
});

// The steps of one story.
describe('the command line, with a role for each part', () => {
  it('migrate gives each role its rights, as the owner', async () => {
    here.write('audit.config.ts', `export default { roles: { app: '${app}' }, level: 'separate' };`);
    const { code, out, err } = await cli('migrate', '--sealer-role', sealer, '--create-roles');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`^\\+ role ${app}\n\\+ role ${sealer}\n\\+ given to ${app}: USAGE audit, EXECUTE applied\\(\\), .*EXECUTE record\\(\\)[^]*^\\+ given to ${sealer}: SELECT chain, .*SELECT entry`, 'm')); // prettier-ignore
    expect((await cli('migrate')).out).not.toMatch(/given|taken/);
    await owner.query(`grant insert, select on note to ${app}`);
  });

  it('doctor, as the application, fails as long as the level is not the one that audit.config names', async () => {
    const { code, out } = await cli('doctor');
    expect(code).toBe(1);
    expect(out).toMatch(/^privileges {2}split: .*\n[^]*^✗ the level is split, and separate is asked for: no sealer has led yet: start "nestjs-prisma-audit seal"/m); // prettier-ignore
    const json = JSON.parse((await cli('doctor', '--json')).out) as { checks: { name: string; state: string }[] };
    expect(json).toMatchObject({ level: 'split', problems: [expect.any(String), expect.any(String)] });
    expect(json.checks).toContainEqual({ name: 'level', state: 'fail', message: expect.any(String), remedy: expect.any(String) }); // prettier-ignore
    expect(json.checks).toContainEqual({
      name: 'triggers',
      state: 'ok',
      message: '1 tables have their capture triggers',
    });
  });

  it('seal seals as the sealer what the application’s role has written, and doctor then finds level separate', async () => {
    const writer = createPool(as(app), { max: 1, applicationName: 'shop' });
    await writer.query(`insert into note values (1, 'x')`);
    await writer.end();
    let doctor: Ran | undefined;
    const entries = async (): Promise<number> => (await owner.query('select count(*)::int as n from audit.entry')).rows[0].n; // prettier-ignore
    const { code, err } = await run(['seal'], {
      env: env(),
      async until() {
        while ((await entries()) < 2) await new Promise((resolve) => setTimeout(resolve, 20));
        doctor = await cli('doctor');
      },
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(doctor).toMatchObject({ code: 0, out: expect.stringMatching(/^privileges {2}separate: [^]*✓ nothing wrong/m) }); // prettier-ignore
  });

  it('verify and query take the sealer’s URL, and a command with the wrong role says so', async () => {
    expect(await cli('verify')).toMatchObject({ code: 0, out: expect.stringMatching(/^VERIFIED {2}2 entries/) });
    expect((await cli('query')).out).toMatch(new RegExp(`db:${app} .*note\\.create`));
    const refused = await run(['migrate'], { cwd: here.path, url: as(app) });
    expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/does not own the log|permission denied/) });
  });

  it('a level that makes no sense is refused', async () => {
    here.write('audit.config.ts', `export default { level: 'triple' };`);
    expect(await cli('doctor')).toMatchObject({ code: 2, err: expect.stringMatching(/level must be single, split/) });
  });
});
