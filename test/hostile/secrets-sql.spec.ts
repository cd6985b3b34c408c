import { afterAll, beforeAll, expect } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_SECRET_NAMES, secretNames, secretPatterns } from '../../src/event/redaction.js';
import { createPool, migrate, reconcileTriggers, type Pool } from '../../src/store/postgres/index.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { full } from '../support/full.js';
import { hostile } from '../support/hostile.js';

// What a secret name is, the database's locale has no say in: in Turkish the lower case of PIN is not pin.
const LOCALES: readonly (readonly [name: string, clauses: string, full?: boolean])[] = [
  ['C', `locale 'C'`],
  ['tr (ICU)', `locale_provider icu icu_locale 'tr-TR' locale 'C'`],
  ['az (ICU)', `locale_provider icu icu_locale 'az' locale 'C'`, true],
  ['lt (ICU)', `locale_provider icu icu_locale 'lt' locale 'C'`, true],
  ['und (ICU)', `locale_provider icu icu_locale 'und' locale 'C'`, true],
  ['el (ICU), ignoring accents', `locale_provider icu icu_locale 'el-u-ks-level1' locale 'C'`, true],
  ['C.UTF-8 (libc)', `locale 'C.UTF-8'`, true],
  ['PG_UNICODE_FAST (builtin)', `locale_provider builtin builtin_locale 'PG_UNICODE_FAST' locale 'C'`, true],
  ['tr_TR.UTF-8 (libc)', `locale 'tr_TR.UTF-8'`, true],
];

const pieces = DEFAULT_SECRET_NAMES.map((name) => name.split(' '));
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
/** Each of the default names in the styles in which a member can be written. */
const STYLES: readonly (readonly [string, (words: readonly string[]) => string])[] = [
  ['lower', (words) => words.join('')],
  ['UPPER', (words) => words.join('').toUpperCase()],
  ['snake', (words) => words.join('_')],
  ['SCREAMING', (words) => words.join('_').toUpperCase()],
  ['Kebab', (words) => words.map(capital).join('-')],
  ['camel', (words) => words.map((word, i) => (i === 0 ? word : capital(word))).join('')],
  ['Pascal', (words) => words.map(capital).join('')],
  ['with others around it', (words) => `user${words.map(capital).join('')}Id`],
  ['UPPER with others around it', (words) => `X_${words.join('_').toUpperCase()}_ID`],
  ['plural', (words) => `${words.join('_')}s`],
  ['UPPER with a number', (words) => `${words.join('_').toUpperCase()}2`],
  ['dotted capital I', (words) => words.join('_').toUpperCase().replaceAll('I', 'İ')],
  ['dotless i', (words) => words.join('_').replaceAll('i', 'ı')],
  ['spaces', (words) => words.map(capital).join(' ')],
  [
    'full-width letters',
    (words) => words.join('_').replaceAll(/[a-z]/g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)),
  ],
  ['accents', (words) => words.join('_').replaceAll(/[aeio]/g, (letter) => `${letter}\u0301`)],
  ['what cannot be seen between', (words) => words.join('_').split('').join('\u200b')],
];

const name = fc
  .array(
    fc.oneof(
      fc.constantFrom(...DEFAULT_SECRET_NAMES.flatMap((each) => each.split(' ')).flatMap((word) => [word, capital(word), word.toUpperCase()])), // prettier-ignore
      fc.constantFrom('_', '-', '.', ' ', '2', 's', 'S', 'ss', 'I', 'i', 'ID', 'Id', 'é', 'É', 'ß', 'Ж', 'ж', 'İ', 'ı', '–', '·', '日', '\u200b', 'ｋ', 'ſ', '/', ':', '"', '\\', '$', 'hash', 'Key', '\n', '\u0001'), // prettier-ignore
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''));

for (const [locale, clauses, whole] of LOCALES.filter(([, , long]) => full || long !== true))
  hostile(`secret names in a database of locale ${locale}`, (holds) => {
    let database: TestDatabase | undefined;
    let pool: Pool | undefined;
    beforeAll(async () => {
      const home = await createDatabase();
      const admin = createPool(home.url, { max: 1, applicationName: 'test' });
      const url = new URL(home.url);
      const own = `${home.name}_l`;
      try {
        await admin.query(`create database ${own} template template0 encoding 'UTF8' ${clauses}`);
        url.pathname = `/${own}`;
        pool = createPool(url.href, { max: 2, applicationName: 'test' });
        await migrate(pool, { schema: 'audit' });
        await pool.query(`create table paper (id int primary key, meta jsonb, raw json, "PIN" text)`);
        await reconcileTriggers(pool, {});
      } catch (error) {
        // A locale that this server does not have.
        if (!/locale|provider|option/.test(String(error))) throw error;
      } finally {
        await admin.end();
      }
      database = {
        ...home,
        drop: async () => {
          const end = createPool(home.url, { max: 1, applicationName: 'test' });
          await end.query(`drop database if exists ${own} with (force)`);
          await end.end();
          await home.drop();
        },
      };
    });
    afterAll(async () => {
      await pool?.end();
      await database?.drop();
    });

    for (const [style, write] of STYLES)
      holds(`${style}: ${DEFAULT_SECRET_NAMES.length} names`, async () => {
        if (pool === undefined) return;
        const names = pieces.map(write);
        const members = Object.fromEntries(names.map((each, i) => [each, `value-${i}`]));
        const documents = [members, { deep: [{ deeper: members }] }, ...names.map((each) => ({ [each]: 'value-x' }))];
        await pool.query('delete from paper');
        const { rows: before } = await pool.query<{ pos: string }>('select coalesce(max(pos), 0) as pos from audit.content'); // prettier-ignore
        for (const [i, document] of documents.entries())
          await pool.query('insert into paper values ($1, $2::text::jsonb, $2::text::json, $3)', [
            i,
            JSON.stringify(document),
            'value-c',
          ]);
        const { rows } = await pool.query<{ op: string; data: string }>('select op, data from audit.content where pos > $1 order by pos', [before[0]?.pos]); // prettier-ignore
        expect(rows.filter(({ op }) => op === 'insert')).toHaveLength(documents.length);
        expect(rows.filter(({ data }) => data.includes('value-')).map(({ data }) => data)).toEqual([]);
      });
    holds('the same names as for events, and none that only looks like one', async () => {
      if (pool === undefined) return;
      const names = [...fc.sample(name, whole ? 3000 : 1500), 'passenger', 'tokenizer', 'secretary', 'spinner', 'SHIPPING', 'KEYBOARD', 'OPINION']; // prettier-ignore
      for (const options of [{}, { add: ['user x', 'Schlüssel', 'пароль'], remove: ['token'] }]) {
        const { rows } = await pool.query<{ secret: boolean; suspected: boolean }>(
          `select audit.is_secret(n, $2::json) as secret, audit.suspect(to_json(n)::text, $3::bytea[]) as suspected from unnest($1::text[]) with ordinality as u (n, ord) order by ord`,
          [names, JSON.stringify(secretPatterns(options)), secretPatterns(options).words.map((each) => Buffer.from(each))], // prettier-ignore
        );
        const here = secretNames(options);
        expect(names.filter((each, i) => rows[i]?.secret !== here(each))).toEqual([]);
        // What is not looked into has no secret in it; escapes are looked into anyway.
        expect(names.filter((each, i) => here(each) && !rows[i]?.suspected && !JSON.stringify(each).includes('\\'))).toEqual([]); // prettier-ignore
      }
    });
    holds('what is done is told by its own name, who acts at COMMIT too', async () => {
      if (pool === undefined) return;
      await pool.query(`create table if not exists plain (id int primary key, note text)`);
      await reconcileTriggers(pool, {});
      await pool.query(`insert into plain values (1); update plain set note = 'x'; delete from plain; truncate plain`);
      const { rows } = await pool.query<{ op: string }>(`select op from audit.content where model = 'plain' order by pos`); // prettier-ignore
      expect(rows.map(({ op }) => op)).toEqual(['insert', 'update', 'delete', 'truncate']);
    });
  });
