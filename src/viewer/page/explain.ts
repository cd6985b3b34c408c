import type { SealedAnswer, ShownEntry } from '../answers.js';
import { count, fill, shorten, type Parts } from './fill.js';
import { flagSentences, how, notShown, spans } from './entry-texts.js';

/** One thing to know of an entry, in words. */
export interface Explained {
  readonly kind: 'how' | 'seal' | 'flag' | 'missing' | 'unreadable';
  /** Whoever judges by the entry must know it. */
  readonly isWarning: boolean;
  readonly parts: Parts;
}

/** Between occurred and sealed, milliseconds. What is longer is said. */
export const LONG_GAP = 5_000;

const CALM: ReadonlySet<string> = new Set(['redacted', 'no-context']);

/** How it is known what an entry says, and what of it is not. Total. @param sections of it, once they are asked for */
export function explain(entry: ShownEntry, sections?: SealedAnswer['sections']): readonly Explained[] {
  return [
    { kind: 'how', isWarning: entry.source === 'unreadable', parts: howParts(entry) },
    sealing(entry),
    ...entry.flags.map((flag): Explained => ({ kind: 'flag', isWarning: !CALM.has(flag), parts: fill(own(flagSentences, flag) ?? flag, {}) })), // prettier-ignore
    ...missing(entry),
    ...absent(sections),
    ...unreadable(entry),
  ];
}

function howParts({ source, tx }: ShownEntry): Parts {
  return fill(how[source], { tx: tx === undefined ? how.noTx : value(tx) });
}

function sealing(entry: ShownEntry): Explained {
  const { seq, origin } = entry;
  const gap = gapOf(entry);
  const template = gap === undefined ? how.sealedUnknown : gap < 0 ? how.sealedBefore : how.sealed;
  const parts = fill(template, { seq, origin: value(origin), gap: spanText(Math.abs(gap ?? 0)) });
  const isLong = gap !== undefined && gap > LONG_GAP;
  return {
    kind: 'seal',
    isWarning: gap === undefined || gap < 0,
    parts: isLong ? [...parts, { kind: 'text', text: ` ${how.late}` }] : parts,
  };
}

/** Milliseconds between what happened and its seal; `undefined` where a time is missing. */
export function gapOf({ occurredAt, sealedAt }: ShownEntry): number | undefined {
  const gap = Date.parse(sealedAt ?? '') - Date.parse(occurredAt);
  return Number.isNaN(gap) ? undefined : Math.round(gap);
}

export function spanText(ms: number): string {
  const [unit, size] = ms < 1_000 ? (['ms', 1] as const) : ms < 120_000 ? (['s', 1_000] as const) : ms < 3_600_000 ? (['min', 60_000] as const) : ms < 172_800_000 ? (['h', 3_600_000] as const) : (['d', 86_400_000] as const); // prettier-ignore
  return spans[unit].replace('{count}', count(Math.floor(ms / size)));
}

const MOST_FIELDS = 12;

function missing({ change, changes, details }: ShownEntry): readonly Explained[] {
  const keys = (sides: { readonly old?: object; readonly new?: object } | undefined): string[] => [...new Set([...Object.keys(sides?.old ?? {}), ...Object.keys(sides?.new ?? {})])]; // prettier-ignore
  const recorded =
    change === undefined
      ? [...redactedIn(details), ...changes.filter(({ redacted }) => redacted).map(({ field }) => field)]
      : [];
  const kinds = [
    [notShown.redacted, [...(change?.redacted ?? []), ...recorded]],
    [notShown.masked, keys(change?.masked)],
    [notShown.cut, keys(change?.cut)],
    [notShown.ignored, change?.ignored ?? []],
  ] as const;
  return kinds.flatMap(([template, fields]) =>
    fields.length === 0
      ? []
      : [{ kind: 'missing' as const, isWarning: false, parts: fill(template, { fields: listed(fields) }) }],
  );
}

/** Names at the top of the details whose value was taken out. */
const redactedIn = (details: object | undefined): string[] =>
  Object.entries(details ?? {}).flatMap(([name, value]) => (value === '[redacted]' ? [name] : []));

function listed(fields: readonly string[]): Parts {
  const named = fields
    .slice(0, MOST_FIELDS)
    .flatMap((field, at): Parts => [
      ...(at === 0 ? [] : [{ kind: 'text', text: ', ' } as const]),
      { kind: 'field', text: shorten(field) },
    ]);
  const more = fields.length - MOST_FIELDS;
  return more > 0 ? [...named, { kind: 'text', text: ` + ${count(more)}` }] : named;
}

function absent(sections: SealedAnswer['sections'] | undefined): readonly Explained[] {
  return (['actor', 'data'] as const).flatMap((section) => {
    const is = sections?.[section];
    if (is !== 'erased' && is !== 'not opened') return [];
    const template = is === 'erased' ? notShown.erased : notShown.notOpened;
    return [
      { kind: 'missing', isWarning: is === 'erased', parts: fill(template, { section: notShown.sections[section] }) },
    ];
  });
}

function unreadable({ unreadable: all = [] }: ShownEntry): readonly Explained[] {
  return all.map(({ at, why, found }) => ({
    kind: 'unreadable',
    isWarning: true,
    parts: fill(found === undefined ? notShown.unreadable : notShown.unreadableFound, {
      at: value(at),
      why: own(notShown.why, why) ?? why,
      found: value(found ?? ''),
    }),
  }));
}

const value = (whole: string): Parts => [{ kind: 'value', text: shorten(whole, 100), whole }];

const own = (of: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(of, name) ? of[name] : undefined;
