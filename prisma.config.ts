import { defineConfig } from 'prisma/config';

// `prisma generate` looks for a schema engine, and tries to download it, though it never starts it. Any file that exists
// ends the search. `migrate` and `db` do need the engine, so they are left alone.
if (!/\b(migrate|db)\b/.test(process.argv.slice(2).join(' '))) {
  process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;
}

export default defineConfig({ schema: 'examples/quickstart/prisma/schema.prisma' });
