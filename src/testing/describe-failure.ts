import { inspect } from 'node:util';
import type { AuditedEntry } from './audited-entry.js';
import { differences, normalised, project, type ExpectedEntry } from './expected-entry.js';

/** What jest and vitest hand to a matcher, as far as it is of use here. */
export interface PrintingUtils {
  readonly printExpected?: (value: unknown) => string;
  readonly printReceived?: (value: unknown) => string;
  readonly diff?: (expected: unknown, received: unknown) => string | null | undefined;
}

const LISTED = 20;

/** Why there is no such entry: how the nearest one differs, and what there is instead. */
export function whyNone(
  entries: readonly AuditedEntry[],
  action: string,
  expected: ExpectedEntry,
  utils: PrintingUtils = {},
): string {
  const same = entries.filter((entry) => entry.action === action);
  const [nearest] = same.toSorted((a, b) => differences(a, expected).length - differences(b, expected).length);
  const parts = nearest ? [howItDiffers(nearest, expected, utils)] : [`No entry has the action ${inspect(action)}.`];
  if (nearest && same.length > 1) parts[0] = `Of ${same.length} entries with this action the nearest one: ${parts[0]}`;
  return [...parts, whatThereIs(entries)].join('\n\n');
}

function howItDiffers(nearest: AuditedEntry, expected: ExpectedEntry, utils: PrintingUtils): string {
  const wanted = normalised(expected);
  const diff = utils.diff?.(wanted, project(wanted, nearest));
  if (typeof diff === 'string') return `${inspect(nearest.action)} differs\n\n${diff}`;
  const { printExpected = short, printReceived = short } = utils;
  const lines = differences(nearest, expected).map(
    (each) => `  ${each.path}: expected ${printExpected(each.expected)}, received ${printReceived(each.received)}`,
  );
  return `${inspect(nearest.action)} differs\n${lines.join('\n')}`;
}

/** One line for each entry: `invoice.approve denied by u7 on Invoice 12`. */
export function whatThereIs(entries: readonly AuditedEntry[]): string {
  if (entries.length === 0) return 'Nothing was audited.';
  const lines = entries.slice(0, LISTED).map(({ action, outcome, actor, resource }) => {
    const who = actor['id'] ?? actor['type'];
    return `  ${action} ${outcome}${typeof who === 'string' ? ` by ${who}` : ''}${resource ? ` on ${resource.type} ${resource.id ?? ''}` : ''}`.trimEnd();
  });
  const more = entries.length > LISTED ? [`  … and ${entries.length - LISTED} more`] : [];
  return [`Audited were (${entries.length}):`, ...lines, ...more].join('\n');
}

function short(value: unknown): string {
  return typeof value === 'object' ? inspect(value, { depth: 4, breakLength: Infinity }) : inspect(value);
}
