import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

// `prisma generate` looks for a schema engine, and tries to download it, though it never starts it. Any file that exists
// ends the search. `migrate` and `db` do need the engine, so they are left alone.
if (!/\b(migrate|db)\b/.test(process.argv.slice(2).join(' '))) {
  process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;
}

// npm makes no command of a package in the package itself: here `nestjs-prisma-audit`, the generator of the example, is found
// in a folder of its own, and runs from the sources.
process.env['PATH'] =
  `${fileURLToPath(new URL('scripts/bin', import.meta.url))}${delimiter}${process.env['PATH'] ?? ''}`;

export default defineConfig({ schema: 'examples/quickstart/prisma/schema.prisma' });
