import { AuditError } from '../../event/errors.js';
import type { Query } from '../driver-adapter.js';
import { onlyUsed, type Line } from './line.js';
import type { PlannedModel } from './plan.js';
import type { Write } from './statement.js';

/**
 * Locks the rows that an update will change, as it will itself, so that their old images are the last ones committed. Gives their
 * number.
 * @throws AuditError `AUDIT_TOO_MANY_ROWS` above `maxRows`
 */
export async function lockRows(
  line: Line,
  query: Query,
  write: Write,
  model: PlannedModel,
  maxRows: number,
): Promise<number> {
  const { text, parameters } = onlyUsed(write.where ?? ' true', query);
  const from = `from ${write.target}${aliasOf(write)} where ${text} limit ${maxRows + 1} for no key update`;
  const { rows } = await line.query(parameters.query(`select count(*)::int4 from (select 1 ${from}) x`));
  const count = Number(rows[0]?.[0]);
  if (count > maxRows) throw tooMany(model.model, maxRows);
  return count;
}

/** The alias that a statement gives its table, as a part of `FROM`. */
export function aliasOf({ row, target }: Write): string {
  return row === target || target.endsWith(`.${row}`) ? '' : ` as ${row}`;
}

export function tooMany(model: string, maxRows: number): AuditError {
  return new AuditError(
    'AUDIT_TOO_MANY_ROWS',
    `this write of ${model} changes more than ${maxRows} rows that engine "client" has to read before: write in smaller parts, raise maxRows, or set onTooManyRows to "summary"`,
    { model, maxRows },
  );
}
