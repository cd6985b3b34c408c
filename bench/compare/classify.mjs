import { sameValue } from './values.mjs';

/**
 * What of the changes that the witness saw a log has.
 * `fully`: each change has an entry of its own with its kind, table and record, who did it, and the values: all of a row that
 * came or went, old and new of what an update changed (the old ones may be `in the revision before`). Where nothing changed,
 * there is nothing that says so.
 * `partly`: something of that is missing. `missed`: no change has an entry.
 * `invented`: an entry tells of a change that did not happen, or was undone.
 *
 * `changes`, `entries` and `left` (the rows of each table afterwards) have rows with each column as text.
 */
export function classify({ changes, entries, left, keys, enums, actor, oldValues }) {
  const same = (a, b) => sameValue(a, b, enums);
  const free = new Set(entries);
  const missing = [];
  let found = 0;
  for (const change of changes) {
    const entry = pick(free, change);
    if (!entry) {
      missing.push(`no entry: ${change.op} ${change.table}`);
      continue;
    }
    free.delete(entry);
    found += 1;
    const gaps = gapsOf(change, entry);
    if (gaps.length > 0) missing.push(`${change.op} ${change.table}: ${gaps.join(', ')}`);
  }
  const invented = [...free].filter((entry) => !isTrue(entry)).map(({ op, table }) => `${op} ${table}`);
  const capture = missing.length === 0 ? 'fully' : found === 0 ? 'missed' : 'partly';
  return { capture: invented.length > 0 ? 'invented' : capture, missing, invented };

  /** The entry of a change; where several fit, the one with its values, or the one that does not say which record it is of. */
  function pick(candidates, change) {
    const fits = [...candidates].filter(
      (entry) =>
        entry.op === change.op &&
        entry.table === change.table &&
        (change.op === 'truncate' ||
          (entry.key ? isOf(entry, change.old) || isOf(entry, change.new) : agrees(entry.new, change.new))),
    );
    return fits.find((entry) => gapsOf(change, entry).length === 0) ?? fits[0];
  }

  function isOf({ key, table }, row) {
    return row !== undefined && keys[table].every((column) => same(key[column], row[column]));
  }

  function agrees(said, row) {
    return said && row && Object.entries(said).every(([column, value]) => !(column in row) || same(value, row[column]));
  }

  function gapsOf({ op, old, new: now }, entry) {
    const gaps = [];
    if (!entry.key && op !== 'truncate') gaps.push('which record');
    if (entry.actor !== actor) gaps.push('who');
    const has = (said, row, columns) =>
      columns.filter((column) => !(said && column in said && same(said[column], row[column])));
    if (op === 'update') {
      const changed = Object.keys(now).filter((column) => old[column] !== now[column]);
      gaps.push(...has(entry.new, now, changed).map((column) => `new ${column}`));
      if (oldValues === 'in the entry') gaps.push(...has(entry.old, old, changed).map((column) => `old ${column}`));
    } else if (op === 'insert') gaps.push(...has(entry.new, now, held(now)));
    else if (op === 'delete') gaps.push(...has(entry.old, old, held(old)));
    return gaps;
  }

  /** Whether an entry that is of no change says at least what is so: a row that was written with the values it had. */
  function isTrue({ op, table, key, new: now }) {
    const rows = left[table] ?? [];
    const row = key ? rows.find((one) => isOf({ key, table }, one)) : rows.find((one) => agrees(now, one));
    if (op === 'delete') return row === undefined;
    return row !== undefined && (agrees(now, row) || changes.some((change) => agrees(now, change.new)));
  }
}

/** The columns of a row that hold something. */
const held = (row) => Object.keys(row).filter((column) => row[column] !== null && row[column] !== '[]');
