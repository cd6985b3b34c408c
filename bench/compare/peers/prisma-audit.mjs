import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadMetadata, withAudit } from 'prisma-audit';
import { runTool } from '../prepare.mjs';

const cli = fileURLToPath(new URL('cli/bin.js', import.meta.resolve('prisma-audit')));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.resolve('prisma-audit')), 'utf8'));
const who = new AsyncLocalStorage();

/** https://www.npmjs.com/package/prisma-audit in one of its two ways to record. */
function prismaAudit({ id, label, annotations, configuration, triggers }) {
  return {
    id,
    label,
    package: 'prisma-audit',
    version,
    configuration: [
      `every model that has an @id is annotated ${annotations.join(' ')}; one without is refused by its CLI`,
      ...configuration,
      'withAudit(client, { metadata, userProvider }), everything else by default',
      'interactive transactions are called as $auditTransaction, as its README asks; array transactions stay $transaction',
    ],
    oldValues: 'in the revision before',

    makeSchema(application, folder) {
      const source = new URL('annotated/', folder);
      mkdirSync(source);
      const annotated = fileURLToPath(new URL('schema.prisma', source));
      writeFileSync(annotated, annotate(application, annotations));
      const schemas = new URL('schemas/', folder);
      runTool(cli, 'generate', '--schema', annotated, '--out', fileURLToPath(schemas));
      const made = { schemas, metadata: loadMetadata(fileURLToPath(new URL('audit.metadata.json', schemas))) };
      return triggers ? { ...made, triggers: runTool(cli, 'triggers', '--schema', annotated) } : made;
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

function annotate(schema, annotations) {
  return schema.replace(/^model \w+ \{[^]*?^\}/gm, (model) =>
    /@id\b|@@id\b/.test(model) ? `${annotations.join('\n')}\n${model}` : model,
  );
}

export const PRISMA_AUDIT = [
  prismaAudit({
    id: 'prisma-audit',
    label: 'prisma-audit',
    annotations: ['[Auditable]'],
    configuration: ['recorded by its client extension, its default'],
    triggers: false,
  }),
  prismaAudit({
    id: 'prisma-audit-triggers',
    label: 'prisma-audit, triggers',
    annotations: ['[Auditable]', '[AuditTriggers]'],
    configuration: ['recorded by its PostgreSQL triggers, from `prisma-audit triggers`'],
    triggers: true,
  }),
];
