import { systemClock } from '../../event/clock.js';
import { parseJsonObject } from '../../event/json-object.js';
import { recordStatement } from '../../recorder/port.js';
import type { Query } from '../driver-adapter.js';

/** What an engine knows of a write that it could not see. Never a value of the statement. */
export interface Gap {
  readonly model?: string | undefined;
  /** For whoever reads the log. */
  readonly why: string;
  /** First word of the statement. */
  readonly statement: string;
  /** Rows that were changed, where that is known. */
  readonly rows?: number | undefined;
}

/** The statement that says in the log what the log does not hold: an entry flagged `gap`. @param who in hex */
export function gapStatement(schema: string, who: string, gap: Gap): Query {
  const { model, why, statement, rows } = gap;
  const actor = who.length > 32 ? Buffer.from(who.slice(32), 'hex').toString() : undefined;
  const tenant = actor === undefined ? undefined : parseJsonObject(actor)?.['tenant'];
  const unit = who.slice(0, 32);
  const { text, values } = recordStatement(schema, null, [
    {
      source: 'change.client',
      at: systemClock.now(),
      group: /^0*$/.test(unit) ? null : unit,
      tenant: typeof tenant === 'string' && tenant !== '' ? tenant : null,
      eventKey: null,
      model: model ?? null,
      resourceId: null,
      header: JSON.stringify({ action: `${model ?? 'database'}.write` }),
      actor: actor ?? JSON.stringify({ id: `process:${process.pid}`, type: 'system' }),
      data: JSON.stringify({ details: { gap: why, statement, ...(rows === undefined ? {} : { rows }) } }),
      flags: actor === undefined ? 'no-context,gap' : 'gap',
    },
  ]);
  return {
    sql: text,
    args: values,
    argTypes: values.map((value) => ({ scalarType: 'string', arity: Array.isArray(value) ? 'list' : 'scalar' })),
  };
}
