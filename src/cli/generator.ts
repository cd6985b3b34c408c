import { generatorHandler } from '@prisma/generator-helper';
import { generate, MANIFEST } from '../prisma/generator/index.js';
import { triggerSql } from '../store/postgres/trigger-sql.js';

/** Answers Prisma's requests on standard input until Prisma closes it. */
export function serveGenerator(): void {
  generatorHandler({ onManifest: () => MANIFEST, onGenerate: (options) => generate(options, triggerSql) });
}
