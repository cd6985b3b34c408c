import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withContext } from '../../src/context/index.js';
import { full } from '../support/full.js';
import { lastPosition, readContent } from '../support/quickstart.js';
import { Prisma } from './schemas/generated/shapes/client.js';
import { ENGINES } from './shapes/engine.js';
import type { Client } from './shapes/shape.js';
import { openTwin, type Twin } from './shapes/twins.js';

/** What the engine `database` keeps in `audit.content` that no comparison of rows as text can show. */
const ENGINE = ENGINES[0]!;

describe.each(full ? ENGINE.clients : ENGINE.clients.slice(0, 1))(
  'the log of a client made by %s',
  (_form, connect) => {
    let logged: Twin;
    let prisma: Client;
    beforeAll(async () => {
      logged = await openTwin(ENGINE);
      await logged.reset();
      prisma = logged.connect(connect).client;
    });
    afterAll(() => logged.close());

    it('has each of five thousand rows of one createMany, in their order', async () => {
      const start = await lastPosition(logged.pool);
      const data = Array.from({ length: 5_000 }, (_, i) => ({ code: `many ${i}`, count: i }));
      await withContext({ actor: { id: 'many' } }, () => prisma.keyless.createMany({ data }));
      const { rows } = await logged.pool.query(
        `select count(*)::int as n, bool_and(value = position::text) as ordered, bool_and(actor = 'many') as attributed
         from (select data::json #>> '{new,count}' as value, row_number() over (order by pos) - 1 as position,
                      convert_from(actor, 'UTF8')::json ->> 'id' as actor from audit.content where pos > $1) c`,
        [start],
      );
      expect(rows).toEqual([{ n: 5_000, ordered: true, attributed: true }]);
    });

    it('has an entry when SQL NULL becomes JSON null, although the JSON of a row has one null for both', async () => {
      const start = await lastPosition(logged.pool);
      await prisma.typed.update({ where: { id: 1 }, data: { jsonb: Prisma.JsonNull } });
      expect(await readContent(logged.pool, start)).toMatchObject([
        { op: 'update', data: { old: { jsonb: null }, new: { jsonb: null } } },
      ]);
    });
  },
);
