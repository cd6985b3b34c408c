// A CommonJS module whose exports Node does not see by their names.
import helper from '@prisma/generator-helper';
import { generate, MANIFEST } from '../prisma/generator/index.js';
import { triggerSql } from '../store/postgres/trigger-sql.js';

/** Answers Prisma's requests on standard input until Prisma closes it. */
export function serveGenerator(): void {
  helper.generatorHandler({ onManifest: () => MANIFEST, onGenerate: (options) => generate(options, triggerSql) });
}
