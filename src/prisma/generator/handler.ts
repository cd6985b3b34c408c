import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalogue } from '../../event/catalogue.js';
import { AuditError } from '../../event/errors.js';
import { catalogueOf } from './catalogue.js';
import { checkAgainst, type Datamodel } from './check-dmmf.js';
import { moduleText } from './module-text.js';
import { readSchemaFiles } from './schema-files.js';

/** What Prisma tells a generator (`GeneratorOptions` of @prisma/generator-helper), as far as it matters here. */
export interface Request {
  readonly generator: {
    readonly name: string;
    readonly output: { readonly value: string | null } | null;
    readonly config: Readonly<Record<string, string | string[] | undefined>>;
  };
  /** A file or a folder. */
  readonly schemaPath: string;
  readonly dmmf: { readonly datamodel: Datamodel };
  readonly datasources: readonly { readonly activeProvider: string }[];
}

export interface GeneratorSettings {
  /** Schema of the log, where it is not `audit`. */
  readonly schema?: string;
  /** Schema of the tables without `@@schema`, where it is not `public`. */
  readonly tableSchema?: string;
}

/** Makes the text of `triggers.sql`. Handed in, since what triggers are told is decided elsewhere. */
export type TriggerText = (catalogue: Catalogue, settings: GeneratorSettings) => string;

export const MANIFEST = { prettyName: 'audit catalogue', defaultOutput: '../generated/audit' };

const SETTINGS: readonly (keyof GeneratorSettings)[] = ['schema', 'tableSchema'];

/** Writes `catalogue.ts` and, on PostgreSQL, `triggers.sql` into the generator's output folder. */
export async function generate(request: Request, triggerText: TriggerText): Promise<void> {
  const { generator, schemaPath, dmmf, datasources } = request;
  const settings = settingsOf(generator.config);
  const catalogue = catalogueOf(await readSchemaFiles(schemaPath));
  checkAgainst(dmmf.datamodel, catalogue);
  const folder = generator.output?.value;
  if (typeof folder !== 'string')
    throw new AuditError('AUDIT_CONFIG_INVALID', `generator ${generator.name}: no output`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'catalogue.ts'), moduleText(catalogue));
  if (datasources.some(({ activeProvider }) => activeProvider === 'postgresql'))
    await writeFile(join(folder, 'triggers.sql'), triggerText(catalogue, settings));
}

function settingsOf(config: Request['generator']['config']): GeneratorSettings {
  for (const [name, value] of Object.entries(config)) {
    if (!SETTINGS.some((known) => known === name) || typeof value !== 'string')
      throw new AuditError(
        'AUDIT_CONFIG_INVALID',
        `generator of nestjs-prisma-audit: ${name} is not a setting of it, or not one text; there are output, ${SETTINGS.join(', ')}`,
      );
  }
  return config;
}
