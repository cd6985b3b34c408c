import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
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

describe('the README', () => {
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has snippets that compile as they stand, and so has the page for those without Nest', async () => {
    const found = [...(await snippets('README.md')), ...(await snippets('docs/without-nest.md'))];
    expect(found.length).toBeGreaterThanOrEqual(5);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await symlink(join(root, 'examples/quickstart/src/generated'), join(folder, 'generated'));
    await Promise.all(found.map((code, i) => writeFile(join(folder, `snippet-${i + 1}.ts`), code)));
    const tsconfig = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: true,
        paths: {
          'nestjs-prisma-audit': [join(root, 'src/index.ts')],
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

  it('names only commands that there are', async () => {
    const text = await readFile('README.md', 'utf8');
    const main = await readFile('src/cli/main.ts', 'utf8');
    const commands = new Set([...text.matchAll(/npx nestjs-prisma-audit ([a-z]+)/g)].map((match) => match[1]));
    expect(commands.size).toBeGreaterThan(4);
    for (const command of commands) expect(main).toContain(`${command}Command`);
    const scripts = Object.keys((JSON.parse(await readFile('package.json', 'utf8')) as { scripts: object }).scripts);
    for (const [, script] of text.matchAll(/npm run ([a-z:]+)/g)) expect(scripts).toContain(script);
  });
});
