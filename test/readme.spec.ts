import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const root = resolve('.');
// Inside the repository, so that imports find its node_modules.
const folder = join(root, 'node_modules/.cache/readme-snippets');

async function snippets(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
}

/** Pages whose whole modules are compiled too: what begins with an import. Of others there are fragments alone. */
const PAGES = [
  'adopt',
  'anchors',
  'export',
  'following',
  'guide',
  'proofs',
  'multi-tenant',
  'formats',
  'other-clients',
  'testing',
  'viewer',
  'without-nest',
];

/** Name of a file, and its text. */
async function everySnippet(): Promise<[string, string][]> {
  const named = async (file: string, name: string): Promise<[string, string][]> =>
    (await snippets(file)).map((code, i) => [`${name}-${i + 1}.ts`, code]);
  const pages = await Promise.all(PAGES.map((page) => named(`docs/${page}.md`, page)));
  return [...(await named('README.md', 'readme')), ...pages.flat().filter(([, code]) => code.startsWith('import '))];
}

const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

describe('the README', () => {
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('and the pages have snippets that compile as they stand', async () => {
    const found = await everySnippet();
    for (const page of ['readme', ...PAGES]) expect(found.some(([name]) => name.startsWith(page))).toBe(true);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await symlink(join(root, 'examples/quickstart/src/generated'), join(folder, 'generated'));
    await writeFile(join(folder, 'app.module.ts'), 'export class AppModule {}');
    await writeFile(join(folder, 'audit.config.ts'), `export { default } from './adopt-1.js';`);
    await Promise.all(found.map(([name, code]) => writeFile(join(folder, name), code)));
    const tsconfig = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: true,
        paths: {
          'nestjs-prisma-audit': [join(root, 'src/index.ts')],
          'nestjs-prisma-audit/testing/memory': [join(root, 'src/testing/memory.ts')],
          'nestjs-prisma-audit/evidence': [join(root, 'src/checkpoint/index.ts')],
          'nestjs-prisma-audit/viewer': [join(root, 'src/nest/viewer/index.ts')],
          'nestjs-prisma-audit/*': [join(root, 'src/*/index.ts')],
        },
      },
      include: ['*.ts'],
      exclude: [],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [compiler, '-p', folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  it('is read in ten minutes', async () => {
    expect((await readFile('README.md', 'utf8')).split(/\s+/).length).toBeLessThanOrEqual(1_500);
  });

  it('and the pages name files that there are', async () => {
    const pages = (await readdir('docs')).filter((name) => name.endsWith('.md'));
    const files = ['README.md', ...pages.map((name) => `docs/${name}`)];
    const dead: string[] = [];
    for (const file of files)
      for (const [, target = ''] of (await readFile(file, 'utf8')).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g))
        if (!existsSync(join(dirname(file), target))) dead.push(`${file}: ${target}`);
    for (const [, picture = ''] of (await readFile('README.md', 'utf8')).matchAll(/\b(?:src|srcset)="([^"]+)"/g))
      if (!existsSync(picture)) dead.push(`README.md: ${picture}`);
    expect(dead).toEqual([]);
  });

  it('has options as the types say', async () => {
    await expect(run(process.execPath, ['scripts/options-page.mjs', '--check'])).resolves.toMatchObject({ stderr: '' });
  });

  it('names only commands that there are', async () => {
    const text = await readFile('README.md', 'utf8');
    const main = await readFile('src/cli/main.ts', 'utf8');
    const commands = new Set([...text.matchAll(/npx nestjs-prisma-audit ([a-z]+)/g)].map((match) => match[1]));
    expect(commands.size).toBeGreaterThan(4);
    for (const command of commands) expect(main).toContain(`${command}Command`);
    // And all of them.
    const all = [...main.matchAll(/from '\.\/([a-z-]+)\.js'/g)].flatMap(([, file = '']) =>
      existsSync(`src/cli/${file}.ts`) && main.includes(`import { ${camel(file)}Command }`) ? [file] : [],
    );
    expect(all.length).toBeGreaterThan(12);
    for (const command of all) expect(text).toMatch(new RegExp(`nestjs-prisma-audit ${command}\\b|\`${command}\``));
    const scripts = Object.keys((JSON.parse(await readFile('package.json', 'utf8')) as { scripts: object }).scripts);
    for (const [, script] of text.matchAll(/npm run ([a-z:]+)/g)) expect(scripts).toContain(script);
  });
});
