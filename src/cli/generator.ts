// A CommonJS module whose exports Node does not see by their names.
import helper from '@prisma/generator-helper';
import { visible } from '../event/visible.js';
import { generate, MANIFEST } from '../prisma/generator/index.js';
import { triggerSql } from '../store/postgres/trigger-sql.js';

/** Answers Prisma's requests on standard input until Prisma closes it. */
export function serveGenerator(): void {
  helper.generatorHandler({
    onManifest: () => MANIFEST,
    async onGenerate(options) {
      try {
        await generate(options, triggerSql);
      } catch (error) {
        // Prisma prints it as it is, and it quotes the schema.
        throw new Error(visible(error instanceof Error ? error.message : String(error)), { cause: error });
      }
    },
  });
}
