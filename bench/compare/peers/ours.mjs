import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

/** The engine as the project's own battery has it; both are TypeScript, so they come from where that is enabled. */
export const ours = ({ engine, withContext }) => ({
  id: 'nestjs-prisma-audit',
  label: 'nestjs-prisma-audit',
  package: 'nestjs-prisma-audit',
  version,
  configuration: ['class extends audited(PrismaClient), every table covered, redaction by default'],
  oldValues: 'in the entry',
  engine,
  run: (actor, fn) => withContext({ actor: { id: actor } }, fn),
  async entries(pool, _made, mark) {
    const captured = await engine.captured(pool, mark);
    const entries = [];
    for (const { op, table, old, new: now, context } of captured) {
      const row = async (text) => (op === 'truncate' ? undefined : await rowOf(pool, table, text));
      const [before, after] = [await row(old), await row(now)];
      entries.push({ op, table, key: after ?? before, actor: context.actor?.id, old: before, new: after });
    }
    return entries;
  },
});

/** A row that PostgreSQL printed, each column as text. */
export async function rowOf(pool, table, text) {
  if (text === null) return undefined;
  const { rows } = await pool.query(
    `select json_object_agg(key, value) as row from jsonb_each_text(to_jsonb($1::"${table}"))`,
    [text],
  );
  return rows[0].row;
}
