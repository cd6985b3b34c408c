import type { InstalledTrigger, Table } from '../../event/coverage/table.js';

interface Expected extends Pick<InstalledTrigger, 'name' | 'type' | 'oldTable' | 'newTable'> {}

const TRUNCATE: Expected = { name: '!audit_truncate', type: 34, oldTable: null, newTable: null };

/** `"audit".attach` gives the row trigger of each partitioned table a name of its own. */
export const OF_PARTITIONED = /^!audit_[0-9a-f]{12}$/;

/** The triggers that `"audit".attach` makes, by the bits of `pg_trigger.tgtype` (row 1, before 2, insert 4, delete 8, update 16, truncate 32). */
const EXPECTED: Readonly<Record<Table['level'], readonly Expected[]>> = {
  row: [{ name: '!audit', type: 29, oldTable: null, newTable: null }, TRUNCATE],
  statement: [
    { name: '!audit_insert', type: 4, oldTable: null, newTable: 'new_rows' },
    { name: '!audit_update', type: 16, oldTable: 'old_rows', newTable: 'new_rows' },
    { name: '!audit_delete', type: 8, oldTable: 'old_rows', newTable: null },
    TRUNCATE,
  ],
};

/** Whether a table has the triggers it should have, its partitions too, all of them, switched on, and nothing else of ours. */
export function isAttached(table: Table, args: readonly string[], onMissing: 'fail' | 'warn', schema: string): boolean {
  return (
    table.barePartitions.length === 0 && table.ownPartitions.length === 0 && hasTriggers(table, args, onMissing, schema)
  );
}

/** As {@link isAttached}, without its partitions. */
export function hasTriggers(
  table: Table,
  args: readonly string[],
  onMissing: 'fail' | 'warn',
  schema: string,
): boolean {
  const expected = EXPECTED[table.level];
  const call = onMissing === 'warn' ? 'capture_or_warn' : 'capture';
  return (
    table.triggers.length === expected.length &&
    expected.every((want) => {
      const there = table.triggers.find(({ name }) => isNamed(name, want.name, table));
      return (
        there !== undefined &&
        there.type === want.type &&
        there.oldTable === want.oldTable &&
        there.newTable === want.newTable &&
        there.enabled === 'O' &&
        there.plain &&
        there.function[0] === schema &&
        there.function[1] === call &&
        there.args.length === args.length &&
        there.args.every((arg, i) => arg === args[i])
      );
    })
  );
}

const isNamed = (name: string, wanted: string, { partitioned }: Table): boolean =>
  partitioned && wanted === '!audit' ? OF_PARTITIONED.test(name) : name === wanted;
