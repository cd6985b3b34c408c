import { fail, MIGRATE, ok, type Check } from './checks.js';

/** Columns of a statement, about the log itself. Rights are asked of the catalogue: a try would leave a row. */
export const LOG_FACTS = `
       (select bool_and(has_schema_privilege(f.proowner, f.pronamespace, 'usage') and has_table_privilege(f.proowner, '"audit".content'::regclass, 'insert')
                        and has_sequence_privilege(f.proowner, '"audit".content_pos_seq'::regclass, 'usage'))
          from pg_proc f where f.pronamespace = '"audit"'::regnamespace and f.proname in ('capture', 'capture_or_warn')) as captures,
       (select bool_and(has_function_privilege(f.oid, 'execute')) from pg_proc f where f.pronamespace = '"audit"'::regnamespace and f.proname = 'record') as records,
       (select count(*)::int from pg_trigger t where t.tgrelid in ('"audit".content'::regclass, '"audit".entry'::regclass) and t.tgname = 'append_only' and t.tgenabled = 'A') as guards`;

export interface LogFacts {
  /** Whether the owner of the capture functions may write to the log; null where there are no such functions. */
  readonly captures: boolean | null;
  /** Whether this role may record events. */
  readonly records: boolean | null;
  /** Tables of the log that refuse changes. */
  readonly guards: number;
}

/** Whether the log can be written to, and by nobody be changed. For doctor, and for each start of an application. */
export function checkLog({ captures, records, guards }: LogFacts): readonly Check[] {
  return [
    captures === true
      ? ok('rights.capture', 'triggers may write to the log')
      : fail('rights.capture', 'the owner of the capture function may not write to the log, so audited writes fail', MIGRATE), // prettier-ignore
    records === true
      ? ok('rights.record', 'this role may record events')
      : // A warning, since whoever captures alone records nothing.
        {
          name: 'rights.record',
          state: 'warn',
          message: 'this role may not record events: they wait and are lost',
          remedy: `grant it the right to execute the log's function record ("nestjs-prisma-audit migrate --app-role"), or take another URL`,
        },
    guards === 2
      ? ok('guards', 'the log refuses changes')
      : fail('guards', 'the append-only triggers of content or entry are missing or switched off: somebody removed them', `verify the log, then ${MIGRATE}`), // prettier-ignore
  ];
}
