import { inSchema, type Pool } from '../store/postgres/index.js';
import { line, type Text } from './terminal.js';

const HOLDER = `select b.holder, b.alive, b.application, b.role from "audit".backlog() b`;

interface Row {
  readonly holder: string | null;
  readonly alive: boolean;
  readonly application: string | null;
  readonly role: string | null;
}

/** The sealer that holds the lease, for people; `undefined`: nobody does, or its lease has run out. */
export async function whoLeads(pool: Pool, schema: string): Promise<Text | undefined> {
  const row = (await pool.query<Row>(inSchema(schema, HOLDER))).rows[0];
  if (row?.alive !== true) return undefined;
  const [process] = (row.holder ?? '').split('-');
  return line`process ${process ?? ''} (${row.application ?? 'of no name'}, as ${row.role ?? 'nobody'})`;
}
