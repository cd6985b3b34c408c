import type { ComponentChildren, JSX } from 'preact';
import type { ShownEntry } from '../../answers.js';
import { summaryOf, type Piece } from '../summary.js';
import { t } from '../texts.js';
import { useApp, usePlaceHref } from './app.js';
import { ActionBadge, Flags, OutcomeBadge } from './badges.js';
import { Text } from './text.js';

/** A column of a list of entries, beside its time. */
export interface Column {
  readonly name: string;
  readonly title: string;
  cell(entry: ShownEntry, isChosen: boolean): ComponentChildren;
}

const text = (of: unknown): ComponentChildren =>
  of === undefined || of === null || of === '' ? <span class="none">–</span> : <Text of={of} limit={200} />;
const detail = (entry: ShownEntry, name: string): unknown => entry.details?.[name];

/** All that there are; the names stand in the address. */
export const COLUMNS: readonly Column[] = [
  { name: 'actor', title: t.columns.actor, cell: (entry, isChosen) => <Who entry={entry} isChosen={isChosen} /> },
  { name: 'action', title: t.columns.action, cell: ({ action }) => <ActionBadge action={action} /> },
  {
    name: 'resource',
    title: t.columns.resource,
    cell: (entry, isChosen) => <What entry={entry} isChosen={isChosen} />,
  },
  { name: 'outcome', title: t.columns.outcome, cell: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
  { name: 'change', title: t.columns.change, cell: (entry) => <Change entry={entry} /> },
  { name: 'tenant', title: t.columns.tenant, cell: ({ tenant }) => text(tenant) },
  { name: 'source', title: t.columns.source, cell: ({ source }) => text(source) },
  { name: 'address', title: t.columns.address, cell: ({ actor }) => text(actor?.['ip']) },
  { name: 'request', title: t.columns.request, cell: ({ actor }) => text(actor?.['requestId']) },
  { name: 'severity', title: t.columns.severity, cell: ({ severity }) => text(severity) },
  { name: 'seq', title: t.columns.seq, cell: ({ seq }) => <span class="number">{seq}</span> },
  { name: 'duration', title: t.columns.duration, cell: ({ durationMs }) => text(durationMs === undefined ? undefined : `${durationMs} ms`) }, // prettier-ignore
  { name: 'point', title: t.columns.point, cell: (entry, isChosen) => <What entry={entry} isChosen={isChosen} isId /> },
  { name: 'direction', title: t.columns.direction, cell: (entry) => text(detail(entry, 'direction')) },
  { name: 'subject', title: t.columns.subject, cell: (entry) => text(detail(entry, 'subject')) },
  { name: 'vehicle', title: t.columns.vehicle, cell: (entry) => text(plateOf(detail(entry, 'vehicle'))) },
  { name: 'method', title: t.columns.method, cell: (entry) => text(detail(entry, 'method')) },
  { name: 'evidence', title: t.columns.evidence, cell: (entry) => text(detail(entry, 'evidenceUrl')) },
];

export const columnsOf = (names: readonly string[]): readonly Column[] =>
  names.flatMap((name) => COLUMNS.find((column) => column.name === name) ?? []);

function plateOf(vehicle: unknown): unknown {
  if (typeof vehicle !== 'object' || vehicle === null) return vehicle;
  const { plate, country } = vehicle as Record<string, unknown>;
  return [plate, country].filter((each) => typeof each === 'string').join(' · ');
}

interface CellProps {
  readonly entry: ShownEntry;
  readonly isChosen: boolean;
}

/** Who acted, and for whom. */
function Who({ entry, isChosen }: CellProps): JSX.Element {
  const href = usePlaceHref();
  const { actor } = entry;
  if (actor === undefined) return <span class="none">{t.noActor}</span>;
  const { id, email, type, onBehalfOf } = actor;
  const name = email ?? id;
  const shown = name === undefined || name === null ? <span class="none">{t.anonymous}</span> : <Text of={name} limit={120} />; // prettier-ignore
  return (
    <>
      {typeof id === 'string' && id !== '' ? (
        <a href={href({ view: 'actor', id }, [], entry.tenant)} tabIndex={isChosen ? 0 : -1}>
          {shown}
        </a>
      ) : (
        shown
      )}
      {typeof type === 'string' && type !== 'user' && (
        <span class="aside">
          {' '}
          <Text of={type} limit={40} />
        </span>
      )}
      {typeof onBehalfOf === 'string' && (
        <span class="aside">
          {' '}
          {t.actingFor} <Text of={onBehalfOf} limit={60} />
        </span>
      )}
    </>
  );
}

/** What was acted upon. */
function What({ entry, isChosen, isId = false }: CellProps & { readonly isId?: boolean }): JSX.Element {
  const href = usePlaceHref();
  const { resource } = entry;
  if (resource === undefined) return <span class="none">–</span>;
  const { type, id } = resource;
  const shown = (
    <>
      {!isId && <Text of={type} limit={80} />}
      {id !== undefined && (
        <span class={isId ? '' : 'resource-id'}>
          {!isId && ' '}
          <Text of={id} limit={120} />
        </span>
      )}
    </>
  );
  if (id === undefined) return shown;
  return (
    <a href={href({ view: 'record', type, id }, [], entry.tenant)} tabIndex={isChosen ? 0 : -1}>
      {shown}
    </a>
  );
}

/** What changed, in one line. */
function Change({ entry }: { readonly entry: ShownEntry }): JSX.Element {
  const { session } = useApp();
  const { pieces, more, text: said } = summaryOf(entry);
  const columns = session.models[entry.resource?.type ?? ''];
  return (
    <span class="change">
      {said !== undefined && <Text of={said} />}
      {pieces.map((piece) => (
        <ChangePiece key={piece.field} piece={piece} name={columns?.[piece.field] ?? piece.field} />
      ))}
      {more > 0 && <span class="aside">{t.moreFields(more)}</span>}
      <Flags entry={entry} />
    </span>
  );
}

function ChangePiece({ piece, name }: { readonly piece: Piece; readonly name: string }): JSX.Element {
  return (
    <span class="piece">
      <span class="piece-field">
        <Text of={name} limit={60} />
      </span>{' '}
      {piece.kind === 'hidden' && <em class="aside">{t.notShown}</em>}
      {piece.old !== undefined && (
        <del class={piece.kind === 'gone' ? 'gone' : ''}>
          <Text of={piece.old} />
        </del>
      )}
      {piece.kind === 'changed' && <span class="arrow"> → </span>}
      {piece.new !== undefined && (
        <ins>
          <Text of={piece.new} />
        </ins>
      )}
    </span>
  );
}
