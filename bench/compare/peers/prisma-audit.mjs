import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadMetadata, withAudit } from 'prisma-audit';
import { runTool } from '../prepare.mjs';

const cli = fileURLToPath(new URL('cli/bin.js', import.meta.resolve('prisma-audit')));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.resolve('prisma-audit')), 'utf8'));
const who = new AsyncLocalStorage();

/** https://www.npmjs.com/package/prisma-audit in one of its two ways to record. */
function prismaAudit({ id, label, configuration, triggers }) {
  return {
    id,
    label,
    package: 'prisma-audit',
    version,
    configuration: [
      'every model that has an @id is [Auditable]; its CLI refuses one without',
      ...configuration,
      'withAudit(client, { metadata, userProvider }), everything else by default',
      'interactive transactions are called as $auditTransaction, as its README asks; array transactions stay $transaction',
    ],
    oldValues: 'in the revision before',

    makeSchema(application, folder) {
      const source = new URL('annotated/', folder);
      mkdirSync(source);
      const annotated = fileURLToPath(new URL('schema.prisma', source));
      const schemas = new URL('schemas/', folder);
      const generate = (text) => {
        writeFileSync(annotated, text);
        runTool(cli, 'generate', '--schema', annotated, '--out', fileURLToPath(schemas));
        return loadMetadata(fileURLToPath(new URL('audit.metadata.json', schemas)));
      };
      const metadata = generate(annotate(application, ['[Auditable]'], () => true));
      if (!triggers) return { schemas, metadata };
      // Version 0.1.0 writes SQL that is not valid for a model that has nothing but its key.
      const isMoreThanKey = (name) =>
        metadata.models.find((model) => model.name === name).fields.some(({ audited, isId }) => audited && !isId);
      return {
        schemas,
        metadata: generate(annotate(application, ['[Auditable]', '[AuditTriggers]'], isMoreThanKey)),
        triggers: runTool(cli, 'triggers', '--schema', annotated),
      };
    },

    connect({ PrismaClient, metadata }, adapter) {
      const client = withAudit(new PrismaClient({ adapter }), { metadata, userProvider: () => who.getStore() });
      return new Proxy(client, {
        get: (target, property) =>
          property === '$transaction'
            ? (work, options) =>
                typeof work === 'function'
                  ? target.$auditTransaction(work, options)
                  : target.$transaction(work, options)
            : Reflect.get(target, property, target),
      });
    },

    run: (actor, fn) => who.run({ userId: actor }, fn),

    /** The tables of its log, each beside the table that it is of. */
    async entries(pool, { metadata }) {
      const entries = [];
      for (const { auditable, tableName, auditTableName } of metadata.models) {
        if (!auditable) continue;
        const { rows } = await pool.query(
          `select lower(a."revType"::text) as op, (select json_object_agg(key, value) from jsonb_each_text(to_jsonb(a))) as row,
                  r."userId" as actor, a."revisionId"::int as n
             from "${auditTableName}" a join revision r on r.id = a."revisionId"`,
        );
        entries.push(
          ...rows.map(({ op, row, actor, n }) => {
            const { revisionId: _, revType: __, ...state } = row;
            return {
              n,
              op,
              table: tableName,
              key: state,
              actor,
              ...(op === 'delete' ? { old: state } : { new: state }),
            };
          }),
        );
      }
      return entries.sort((a, b) => a.n - b.n);
    },
  };
}

/** `[Auditable]` above each model that has an @id, and all of the annotations where `fits` says so. */
function annotate(schema, annotations, fits) {
  return schema.replace(/^model (\w+) \{[^]*?^\}/gm, (model, name) => {
    if (!/@id\b|@@id\b/.test(model)) return model;
    return [...(fits(name) ? annotations : annotations.slice(0, 1)), model].join('\n');
  });
}

export const PRISMA_AUDIT = [
  prismaAudit({
    id: 'prisma-audit',
    label: 'prisma-audit',
    configuration: ['recorded by its client extension, its default'],
    triggers: false,
  }),
  prismaAudit({
    id: 'prisma-audit-triggers',
    label: 'prisma-audit, triggers',
    configuration: [
      'recorded by its PostgreSQL triggers: [AuditTriggers], and the SQL of `prisma-audit triggers`',
      'a model that has nothing but its key is left to its client extension: the SQL of 0.1.0 for it is not valid',
    ],
    triggers: true,
  }),
];
