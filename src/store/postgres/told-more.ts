import { secretPatterns, type SecretPatterns } from '../../event/redaction.js';
import type { PlannedTable } from './coverage.js';

/** A table or a column of which the log would tell more than it does now. */
export interface ToldMore {
  /** `User`, or `User.email` by the column's name. */
  readonly name: string;
  /** What becomes of it now: `redacted`. */
  readonly now: string;
  /** What will: `is logged in clear`. */
  readonly will: string;
}

/** What a table's trigger is told of its columns (`captureArguments`). Whoever owns the table may have written something else. */
interface Rules {
  readonly redact: readonly string[];
  readonly mask: Readonly<Record<string, unknown>>;
  readonly ignore: readonly string[];
  readonly json: readonly string[];
  readonly names: SecretPatterns;
}

/**
 * What a plan would tell of a table that is not told now. A column that is gone, and one whose type no longer holds documents,
 * is not counted: its rule has gone with it.
 * @param installed the arguments of the triggers that are there; of several that differ, the one that tells least counts
 * @param leftOut whether the table was left out by the configuration of the last run
 */
export function toldMore(
  { table, model, wanted }: PlannedTable,
  installed: readonly (readonly string[])[] = table.triggers.map(({ args }) => args),
  leftOut = false,
): readonly ToldMore[] {
  if (wanted === undefined) return [];
  if (installed.length === 0) return leftOut ? [{ name: model, now: 'left out', will: 'is logged' }] : [];
  const next = rulesOf(wanted[3]);
  const are = installed.map((args) => rulesOf(args[3]));
  const columns = table.columns.flatMap((column): ToldMore[] => {
    const name = `${model}.${column}`;
    const soon = shownOf(column, next);
    const now = are.map((rules) => shownOf(column, rules)).reduce((least, shown) => (shown.much < least.much ? shown : least));
    if (now.much < soon.much && (now.much !== DOCUMENT || table.jsonColumns.includes(column)))
      return [{ name, now: now.now, will: soon.will }];
    const fewer = now.much === DOCUMENT && soon.much === DOCUMENT && are.some(({ names }) => losesNames(names, next.names));
    return fewer ? [{ name, now: 'searched for more secret names', will: 'is searched for fewer secret names' }] : [];
  }); // prettier-ignore
  const tenants = new Set(installed.map((args) => args[4] ?? '').filter((column) => table.columns.includes(column)));
  return [
    ...columns,
    ...[...tenants]
      .filter((column) => column !== wanted[4])
      .map((column) => ({ name: `${model}.${column}`, now: 'names the tenant', will: 'names the tenant no more' })),
  ];
}

interface Shown {
  readonly much: number;
  readonly now: string;
  readonly will: string;
}

const DOCUMENT = 2_000;

/** How much of a column can be read. Of a mask, so many characters. */
function shownOf(column: string, rules: Rules): Shown {
  if (rules.ignore.includes(column)) return { much: -2, now: 'ignored', will: 'is ignored' };
  if (rules.redact.includes(column)) return { much: -1, now: 'redacted', will: 'is told to have changed' };
  if (Object.hasOwn(rules.mask, column)) {
    const much = Number(rules.mask[column]);
    return { much, now: 'masked', will: `is logged with ${much} characters in clear` };
  }
  if (rules.json.includes(column))
    return { much: DOCUMENT, now: 'searched for secrets', will: 'is logged, but for the secrets in it' };
  return { much: Number.POSITIVE_INFINITY, now: 'logged in clear', will: 'is logged in clear' };
}

function rulesOf(text: string | undefined): Rules {
  const said = parsed(text);
  const list = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  const names = Object(said['names']) as Partial<Record<keyof SecretPatterns, unknown>>;
  const { run, whole, except } = names;
  return {
    redact: list(said['redact']),
    mask: Object(said['mask']) as Record<string, unknown>,
    ignore: list(said['ignore']),
    json: list(said['json']),
    names:
      typeof run === 'string' && typeof whole === 'string'
        ? { words: [], run, whole, except: list(except) }
        : secretPatterns(),
  };
}

function parsed(text = ''): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {}; // empty: nothing is hidden
  }
}

/** Names that were looked for, and would not be any more. */
function losesNames(now: SecretPatterns, next: SecretPatterns): boolean {
  const rules = ({ run, whole }: SecretPatterns): string[] =>
    [run, whole].flatMap((any) => any.split('|')).filter((rule) => rule !== '[^\\s\\S]');
  const kept = new Set(rules(next));
  return rules(now).some((rule) => !kept.has(rule)) || next.except.some((name) => !now.except.includes(name));
}
