import { describe, expect, it } from '@jest/globals';
import { asMissingLog } from '../../src/prisma/missing-log.js';

const SQL = 'INSERT INTO "public"."Tag" ("name") VALUES ($1) RETURNING "id"';
const said = (originalCode: string, originalMessage: string): Error =>
  new Error('x', { cause: { originalCode, originalMessage } });

// As PostgreSQL says it in the languages that it knows: lc_messages is the server's.
describe('an error of the server about the log is ours', () => {
  it.each<[string, string, string?]>([
    ['42P01', 'relation "audit.content" does not exist'],
    ['42P01', 'Relation »audit.content« existiert nicht'],
    ['42P01', "la relation « trail.content » n'existe pas"],
    ['42P01', 'リレーション"audit.content"は存在しません'],
    ['42P01', 'relation "audit.content_pos_seq" does not exist'],
    ['42883', 'function audit.change(record, record, text[], text[], text[], text[]) does not exist'],
    ['42883', 'Funktion audit.key_of(text, unknown, text) existiert nicht'],
    ['42883', '関数audit.change(record, unknown, text[], text[], text[], text[])は存在しません'],
    ['3F000', 'schema "audit" does not exist'],
    ['3F000', 'Schema »trail_1« existiert nicht', 'trail_1'],
    ['42501', 'permission denied for table content'],
    ['42501', 'keine Berechtigung für Tabelle content'],
    ['42501', 'テーブルcontentへのアクセスが拒否されました'],
    ['42501', 'нет доступа к схеме trail_1', 'trail_1'],
    ['42501', 'permission denied for sequence content_pos_seq'],
  ])('%s %s', (...[state, message, schema]) => {
    const code = state === '42501' ? 'AUDIT_PRIVILEGE_MISSING' : 'AUDIT_SCHEMA_MISSING';
    const error = asMissingLog(said(state, message), SQL, schema);
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(/npx nestjs-prisma-audit/);
    expect(error?.message).toContain(message);
  });

  it.each<[string, string, (string | undefined)?, string?]>([
    ['42P01', 'relation "image" does not exist'],
    ['42P01', 'relation "audit.content_types" does not exist'],
    ['42P01', 'relation "audit.content" does not exist', undefined, 'update audit.content set x = 1'],
    ['42883', 'function change(integer) does not exist'],
    ['42883', 'function audit.nothing() does not exist'],
    ['3F000', 'schema "elsewhere" does not exist'],
    ['3F000', 'schema "audit" does not exist', 'trail_1'],
    ['3F000', 'schema "audit_old" does not exist'],
    ['3F000', 'schema "audit" does not exist', undefined, 'select audit.x()'],
    ['42501', 'permission denied for table contents'],
    ['42501', 'permission denied for schema elsewhere'],
    ['23505', 'duplicate key value violates unique constraint "audit.content"'],
  ])('and the caller’s own when it is %s %s', (...[state, message, schema, sql = SQL]) => {
    expect(asMissingLog(said(state, message), sql, schema)).toBeUndefined();
  });

  it.each([undefined, null, 'text', new Error('x'), new Error('x', { cause: { originalCode: 1 } })])(
    'and nothing that is no error of a driver: %p',
    (error) => {
      expect(asMissingLog(error, SQL)).toBeUndefined();
    },
  );
});
