/**
 * `node prepare.mjs`: Prisma 6 into this folder, and what it generates of the schemas of the tests: `generated/GENERATOR/NAME/` with the
 * client in `client/` and the audit's catalogue in `audit/`. `generated/rust` are clients of the Rust engine, which
 * cannot be audited; `generated/app` is `app/` beside a client.
 */
import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../../..');

const SCHEMAS = {
  quickstart: 'examples/quickstart/prisma/schema.prisma',
  shapes: 'test/capture/schemas/shapes.prisma',
  reads: 'test/prisma/reads/reads.prisma',
  values: 'test/query/schemas/values.prisma',
};
const ESM = 'moduleFormat = "esm"\n  importFileExtension = "js"';
const GENERATORS = { 'prisma-client': `engineType = "client"\n  ${ESM}`, 'prisma-client-js': 'engineType = "client"' };

/** npm writes it when all is there. */
const installed = join(here, 'node_modules/.package-lock.json');
if (!existsSync(installed) || statSync(join(here, 'package-lock.json')).mtimeMs > statSync(installed).mtimeMs)
  execFileSync('npm', ['ci', '--prefix', here, '--ignore-scripts', '--no-audit', '--no-fund'], { stdio: 'pipe' });

// As a user has it: beside the Prisma of the application, its other dependencies above.
const ours = join(here, 'node_modules/nestjs-prisma-audit');
rmSync(ours, { recursive: true, force: true });
for (const part of ['package.json', 'dist', 'prisma/migrations'])
  cpSync(join(root, part), join(ours, part), { recursive: true });
const bin = join(here, 'node_modules/.bin');
const command = join(bin, 'nestjs-prisma-audit');
rmSync(command, { force: true });
symlinkSync('../nestjs-prisma-audit/dist/esm/cli/bin.js', command);
chmodSync(command, 0o755);

rmSync(join(here, 'generated'), { recursive: true, force: true });
const jobs = Object.entries(GENERATORS).flatMap(([generator, settings]) =>
  Object.keys(SCHEMAS).map((name) => [join(generator, name), generator, settings, name]),
);
jobs.push(['rust/prisma-client/quickstart', 'prisma-client', ESM, 'quickstart']);
jobs.push(['rust/prisma-client-js/quickstart', 'prisma-client-js', '', 'quickstart']);
const work = async () => {
  for (let job = jobs.pop(); job; job = jobs.pop()) await generate(...job);
};
await Promise.all([work(), work()]); // each is seconds of one core

// The application, as ESM and as CommonJS.
for (const [generator, type] of Object.entries({ 'prisma-client': 'module', 'prisma-client-js': 'commonjs' })) {
  const folder = join(here, 'generated/app', generator);
  cpSync(join(here, 'app'), folder, { recursive: true });
  cpSync(join(here, 'generated', generator, 'quickstart'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: `app-of-${generator}`, private: true, type }));
}

async function generate(path, provider, settings, name) {
  const folder = join(here, 'generated', path);
  mkdirSync(folder, { recursive: true });
  const text = readFileSync(join(root, SCHEMAS[name]), 'utf8');
  const features = /previewFeatures\s*=.*$/m.exec(text)?.[0] ?? '';
  // Where a client goes that has no output: into @prisma/client, with whose runtime it shares its classes. One such for a project.
  const output = provider === 'prisma-client-js' && name === 'values' ? '' : 'output = "./client"';
  const generators = `generator client {\n  provider = "${provider}"\n  ${output}\n  ${settings}\n  ${features}\n}
generator audit {\n  provider = "nestjs-prisma-audit"\n  output = "./audit"\n}`;
  // 6 asks for an address where 7 refuses one.
  const schema = text
    .replace(/^generator\s+\w+\s*\{[^]*?^\}/gm, '')
    .replace(/^datasource \w+ \{/m, '$&\n  url = "postgresql://nobody@localhost/none"');
  writeFileSync(join(folder, 'schema.prisma'), `${generators}\n${schema}`);
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    // Any files that exist: it would download these, and starts none of them.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_QUERY_ENGINE_LIBRARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
  };
  const prisma = [join(here, 'node_modules/prisma/build/index.js'), 'generate', '--no-hints', '--schema'];
  await promisify(execFile)(process.execPath, [...prisma, join(folder, 'schema.prisma')], { cwd: folder, env });
}
