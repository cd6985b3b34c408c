import { describe, expect, it } from '@jest/globals';
import { catalogueOf } from '../../src/prisma/generator/index.js';
import { catalogueTables } from '../../src/event/coverage/catalogue-tables.js';
import {
  planCoverage,
  planTriggers,
  triggerSql,
  withCatalogue,
  type Coverage,
  type PlannedTable,
} from '../../src/store/postgres/index.js';
import { SCHEMAS, type TestSchema } from './schemas.js';
import { createWorld } from './world.js';

const argumentsOf = (plan: readonly PlannedTable[]): Record<string, unknown> =>
  Object.fromEntries(
    plan.map(({ table, model, wanted }) => [
      `${table.schema}.${table.name}`,
      { model, wanted: wanted ?? 'not audited' },
    ]),
  );

const filesOf = ({ files }: TestSchema): { path: string; content: string }[] =>
  Object.entries(files).map(([path, content]) => ({ path, content }));

describe.each(Object.entries(SCHEMAS))('of the schema %s', (_name, schema) => {
  it('the catalogue tells the triggers what the database tells them, and its script installs them', async () => {
    const catalogue = catalogueOf(filesOf(schema));
    const coverage: Coverage = withCatalogue({ catalogue });
    const world = await createWorld(schema);
    try {
      const read = await planTriggers(world.pool, coverage);
      const known = planCoverage(catalogueTables(catalogue, coverage.schemas), coverage);
      expect(argumentsOf(known)).toEqual(argumentsOf(read));
      expect(known.map(({ table: { name, key, level } }) => ({ name, key, level }))).toEqual(
        expect.arrayContaining(read.map(({ table: { name, key, level } }) => ({ name, key, level }))),
      );

      await world.pool.query(triggerSql(catalogue, {}));
      const after = await planTriggers(world.pool, coverage);
      expect(after.filter(({ step }) => step !== 'keep' && step !== 'skip')).toEqual([]);
      expect(after.some(({ step }) => step === 'keep')).toBe(true);
    } finally {
      await world.close();
    }
  });
});
