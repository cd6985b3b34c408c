import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ShownEntry } from '../../answers.js';
import type { StepIs } from '../check/steps.js';
import { useKeys } from '../keys.js';
import { moveTo, type Place } from '../routes.js';
import { t } from '../texts.js';
import { offsetOf } from '../time.js';
import { useApp } from './app.js';
import type { Column } from './cells.js';
import { lastChosen, rememberChosen, rememberList, type GoOn } from './last-list.js';
import { Moment } from './moment.js';
import { SealMark } from './seal-marks.js';
import type { Marks } from './seals.js';
import { useWindow } from './window.js';

interface EntryTableProps {
  readonly entries: readonly ShownEntry[];
  readonly columns: readonly Column[];
  readonly caption: string;
  /** Seals of those of which they are computed. */
  readonly marks?: Marks | undefined;
  /** Rows that came in while the list was looked at. */
  readonly isNew?: (entry: ShownEntry) => boolean;
  /** Absent where all of the list is there. */
  readonly goOn?: GoOn | undefined;
  /** The list nears its end. */
  readonly onEnd?: () => void;
  /** Below the last row. */
  readonly children?: ComponentChildren;
}

/** Columns that fit beside each other. */
const MANY = 8;

/** Entries, one a row, of any number: only those near to what is seen are in the document. */
export function EntryTable({
  entries,
  columns,
  caption,
  marks,
  isNew,
  goOn,
  onEnd,
  children,
}: EntryTableProps): JSX.Element {
  const { where, zone, isPrinting } = useApp();
  const [chosen, setChosen] = useState<string | undefined>(lastChosen);
  const table = useRef<HTMLTableElement>(null);
  const [{ first, end, height }, body] = useWindow(entries.length, isPrinting);
  useEffect(() => rememberList(entries, goOn), [entries, goOn]);
  useEffect(() => {
    if (end > entries.length - 30) onEnd?.();
  }, [end, entries.length, onEnd]);
  const choose = (id: string | undefined): void => {
    setChosen(id);
    rememberChosen(id);
  };
  useRowKeys(entries, chosen, choose, table, height);
  const shown = entries.slice(first, end);
  const reached = shown.some(({ id }) => id === chosen) ? chosen : shown[0]?.id;
  return (
    <div
      class={`list${where.density === 'compact' ? ' list-compact' : ''}${columns.length > MANY ? ' list-many' : ''}${marks ? ' list-seals' : ''}`}
      // Of a card, where there is no room for columns.
      style={{ '--lines': Math.ceil((columns.filter(({ name }) => name !== 'evidence').length + 1) / 2) }}
    >
      <table class="entries" role="table" ref={table} aria-rowcount={entries.length + 1}>
        <caption class="unseen">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row" aria-rowindex={1}>
            <th scope="col" role="columnheader" class="cell-time" title={zone}>
              {t.columns.time} <span class="zone-said">{offsetOf(zone, Date.now())}</span>
            </th>
            {columns.map(({ name, title }) => (
              <th key={name} scope="col" role="columnheader" class={`cell-${name}`}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} role="rowgroup">
          <Space rows={first} height={height} />
          {shown.map((entry, at) => (
            <Row
              key={`${entry.tenant}\n${entry.id}`}
              entry={entry}
              columns={columns}
              index={first + at + 2}
              isChosen={entry.id === chosen}
              isReached={entry.id === reached}
              isNew={isNew?.(entry) ?? false}
              seal={marks?.get(entry)}
              choose={choose}
            />
          ))}
          <Space rows={entries.length - end} height={height} />
        </tbody>
      </table>
      {children}
    </div>
  );
}

/** In place of rows that are not in the document. */
function Space({ rows, height }: { readonly rows: number; readonly height: number }): JSX.Element | null {
  return rows > 0 ? <tr class="space" role="presentation" style={{ height: rows * height }} /> : null;
}

interface RowProps {
  readonly entry: ShownEntry;
  readonly columns: readonly Column[];
  readonly index: number;
  readonly isChosen: boolean;
  /** The one row of the list that Tab comes to. */
  readonly isReached: boolean;
  readonly isNew: boolean;
  readonly seal: StepIs | undefined;
  readonly choose: (id: string) => void;
}

function Row({ entry, columns, index, isChosen, isReached, isNew, seal, choose }: RowProps): JSX.Element {
  const { href, go, where, isEmbedded } = useApp();
  const place = moveTo({ ...where, tenant: entry.tenant }, { view: 'entry', id: entry.id });
  return (
    <tr
      class={`row${isChosen ? ' row-chosen' : ''}${isNew ? ' row-new' : ''}${entry.unreadable || seal === 'differs' ? ' row-bad' : ''}`}
      role="row"
      aria-rowindex={index}
      data-id={entry.id}
      onClick={(event) => {
        const isOwn = event.target instanceof Element && event.target.closest('a, button') !== null;
        if (isOwn || isEmbedded || String(getSelection()) !== '' || event.metaKey || event.ctrlKey) return;
        choose(entry.id);
        go(place);
      }}
    >
      <td role="cell" class="cell-time">
        <SealMark is={seal} />
        <a class="row-link" href={href(place)} tabIndex={isReached ? 0 : -1} onFocus={() => choose(entry.id)}>
          <Moment at={entry.occurredAt} />
        </a>
      </td>
      {columns.map((column) => (
        <td key={column.name} role="cell" class={`cell-${column.name}`} data-title={column.title}>
          {column.cell(entry, isReached)}
        </td>
      ))}
    </tr>
  );
}

/** `j`, `k`, `e`, `r`, `g`, Enter. */
function useRowKeys(
  entries: readonly ShownEntry[],
  chosen: string | undefined,
  choose: (id: string) => void,
  table: { readonly current: HTMLTableElement | null },
  height: number,
): void {
  const { where, go, isEmbedded } = useApp();
  const wanted = useRef<string>();
  useEffect(() => {
    if (wanted.current === undefined) return;
    const row = table.current?.querySelector(`[data-id="${CSS.escape(wanted.current)}"]`);
    if (!row) return;
    wanted.current = undefined;
    row.querySelector<HTMLElement>('.row-link')?.focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
  });
  const step = (by: number): void => {
    const at = entries.findIndex(({ id }) => id === chosen);
    const next = at < 0 ? 0 : Math.min(entries.length - 1, Math.max(0, at + by));
    const entry = entries[next];
    if (entry === undefined) return;
    wanted.current = entry.id;
    choose(entry.id);
    // One that is not in the document yet: it is when the list is there.
    if (table.current?.querySelector(`[data-id="${CSS.escape(entry.id)}"]`)) return;
    const top = (table.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    window.scrollTo(0, top + next * height - window.innerHeight / 2);
  };
  const of =
    (place: (entry: ShownEntry) => Place | undefined, group = false) =>
    (): void => {
      const entry = entries.find(({ id }) => id === chosen);
      const to = entry && place(entry);
      if (entry === undefined || to === undefined) return;
      const conditions = group && entry.group ? [{ name: 'group' as const, value: entry.group }] : [];
      go(moveTo({ ...where, tenant: entry.tenant }, to, conditions));
    };
  useKeys(
    isEmbedded
      ? {}
      : {
          j: () => step(1),
          k: () => step(-1),
          ArrowDown: () => (chosen === undefined ? true : step(1)),
          ArrowUp: () => (chosen === undefined ? true : step(-1)),
          Enter: of(({ id }) => ({ view: 'entry', id })),
          e: of(({ actor }) => (typeof actor?.['id'] === 'string' ? { view: 'actor', id: actor['id'] } : undefined)),
          r: of(({ resource }) => (resource?.id === undefined ? undefined : { view: 'record', type: resource.type, id: resource.id })), // prettier-ignore
          g: of(({ group }) => (group === undefined ? undefined : { view: 'timeline' }), true),
        },
  );
}
