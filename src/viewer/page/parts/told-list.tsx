import type { JSX } from 'preact';
import type { ShownEntry } from '../../answers.js';
import { e } from '../entry-texts.js';
import { sentenceOf } from '../sentence.js';
import { useApp, usePlaceHref } from './app.js';
import { Moment } from './moment.js';
import { OutcomeBadge } from './badges.js';
import { NotSealed } from './seal-marks.js';
import type { Marks } from './seals.js';
import { Sentence } from './sentence.js';

interface ToldListProps {
  readonly entries: readonly ShownEntry[];
  /** Of their seals, where these are computed: those that do not match are marked. */
  readonly marks?: Marks;
  /** The one that is looked at. */
  readonly current?: string;
  /** All are of one actor. */
  readonly isActorKnown?: boolean;
}

/** Entries in the order in which they are given, each in its sentence. */
export function ToldList({ entries, marks, current, isActorKnown = false }: ToldListProps): JSX.Element {
  const { session } = useApp();
  const href = usePlaceHref();
  return (
    <ol class="told">
      {entries.map((entry) => (
        <li key={entry.id} class="told-entry" aria-current={entry.id === current ? 'true' : undefined}>
          <a class="told-time" href={href({ view: 'entry', id: entry.id }, [], entry.tenant)}>
            <Moment at={entry.occurredAt} />
          </a>
          <span class="told-text">
            <NotSealed is={marks?.get(entry)} />{' '}
            <Sentence of={sentenceOf(entry, { actions: session.actions, isActorKnown })} tenant={entry.tenant} />{' '}
            {entry.outcome !== 'success' && <OutcomeBadge outcome={entry.outcome} />}
            {entry.id === current && <span class="badge">{e.thisOne}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
