/** Writes `contract.json` and `types.contract.json` anew: `node_modules/node/bin/node emit.mjs`, without `prisma`, which is a gigabyte. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@prisma/orm-postgres/config';
import { executeContractEmit } from '@prisma/orm-toolchain/cli/control-api';

for (const [schema, written] of [
  ['contract.prisma', 'contract.json'],
  ['types.prisma', 'types.contract.json'],
]) {
  const outputPath = mkdtempSync(join(tmpdir(), 'contract-'));
  const config = defineConfig({ contract: `./${schema}`, db: { connection: 'postgres://nobody/none' } });
  await executeContractEmit({ config, cwd: process.cwd(), outputPath });
  const contract = JSON.parse(readFileSync(join(outputPath, 'contract.json'), 'utf8'));
  writeFileSync(written, `${JSON.stringify(contract, null, 2)}\n`);
}
