import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import { auditLogExtension } from '@explita/prisma-audit-log';

const manifest = new URL('../package.json', import.meta.resolve('@explita/prisma-audit-log'));
const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
const who = new AsyncLocalStorage();

/** The model that its README gives. */
const model = (recordId) => `
model AuditLog {
  id            String   @id @default(cuid())
  userId        String?  @map("user_id")
  recordId      ${recordId.padEnd(8)} @map("record_id")
  action        String
  model         String
  oldData       Json?    @map("old_data")
  newData       Json?    @map("new_data")
  changedFields String[] @map("changed_fields")
  ipAddress     String?  @map("ip_address")
  userAgent     String?  @map("user_agent")
  metadata      Json?
  createdAt     DateTime @default(now()) @map("created_at")

  @@map("audit_logs")
}
`;

const OPS = { CREATE: 'insert', CREATE_upsert: 'insert', UPDATE: 'update', UPDATE_upsert: 'update', DELETE: 'delete' };

/** https://www.npmjs.com/package/@explita/prisma-audit-log */
function explita({ recordId, noLatency, configuration, ...names }) {
  return {
    ...names,
    package: '@explita/prisma-audit-log',
    version,
    configuration: [
      ...configuration,
      'client.$extends(auditLogExtension({ getContext })), everything else by default: all models, nothing masked',
    ],
    oldValues: 'in the entry',
    noLatency,

    makeSchema(application, folder) {
      const schemas = new URL('schemas/', folder);
      mkdirSync(schemas);
      writeFileSync(new URL('schema.prisma', schemas), `${application}${model(recordId)}`);
      return { schemas };
    },

    connect: ({ PrismaClient }, adapter) =>
      new PrismaClient({ adapter }).$extends(auditLogExtension({ getContext: () => ({ userId: who.getStore() }) })),

    run: (actor, fn) => who.run(actor, fn),

    async entries(pool, { PrismaClient }) {
      const models = modelsOf(PrismaClient);
      const { rows } = await pool.query(
        `select action, model, user_id as actor, to_jsonb(record_id) #>> '{}' as id,
                (select json_object_agg(key, value) from jsonb_each_text(old_data)) as old,
                (select json_object_agg(key, value) from jsonb_each_text(new_data)) as new
           from audit_logs order by created_at, id`,
      );
      return rows.map(({ action, model: name, actor, id, old, new: now }) => {
        const { table, columns } = models(name);
        const inColumns = (data) =>
          data && Object.fromEntries(Object.entries(data).map(([field, value]) => [columns[field] ?? field, value]));
        const key = id === 'unknown' || !columns.id ? undefined : { [columns.id]: id };
        return { op: OPS[action], table, key, actor, old: inColumns(old), new: inColumns(now) };
      });
    },
  };
}

/** Names of models and fields as the database has them. */
function modelsOf(PrismaClient) {
  const { models } = new PrismaClient({ adapter: new PrismaPg({}) })._runtimeDataModel;
  return (name) => ({
    table: models[name].dbName ?? name,
    columns: Object.fromEntries(models[name].fields.map((field) => [field.name, field.dbName ?? field.name])),
  });
}

export const EXPLITA = [
  explita({
    id: 'explita',
    label: '@explita/prisma-audit-log',
    recordId: 'String',
    noLatency: 'ids of the bench are numbers, which recordId String refuses: it would be the time of failed writes',
    configuration: ['the model AuditLog exactly as in its README, where recordId is a String'],
  }),
  explita({
    id: 'explita-json-id',
    label: '@explita/prisma-audit-log, recordId Json',
    recordId: 'Json',
    configuration: [
      'the model AuditLog of its README, but recordId is Json, since it passes numbers for ids that are numbers',
    ],
  }),
];
