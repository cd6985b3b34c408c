import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { visible } from '../../../event/visible.js';
import type { Columns } from '../column-names.js';
import { compare, diffOf, type RecordDiff } from '../diff.js';
import { r } from '../entry-texts.js';
import { asSentence, count, plain, shorten } from '../fill.js';
import { actorParts } from '../sentence-actor.js';
import { wallTime } from '../time.js';
import { placeOf, type Version } from '../versions.js';
import { useApp } from './app.js';
import { Differences } from './differences.js';
import { Panel } from './panel.js';

interface RecordCompareProps {
  readonly versions: readonly Version[];
  readonly at: number;
  readonly columns: Columns;
}

/** Any two versions beside each other; where none are chosen, what the one that is looked at changed. */
export function RecordCompare({ versions, at, columns }: RecordCompareProps): JSX.Element {
  const { where, go, zone } = useApp();
  const { a: first, b: second } = where.more;
  const isChosen = first !== undefined || second !== undefined;
  const [from, to] = isChosen
    ? [first === 'none' ? -1 : placeOf(versions, first), placeOf(versions, second)]
    : [at - 1, at];
  const diff = useMemo(() => {
    const entry = versions[at]?.entry;
    if (!isChosen && entry !== undefined) return diffOf(entry, columns);
    return comparable(versions[from], versions[to]) ?? compare(versions[from]?.image, versions[to]?.image, columns);
  }, [versions, at, from, to, isChosen, columns]);
  const choose = (name: 'a' | 'b', value: string): void => {
    const seq = (place: number): string => String(versions[place]?.entry.seq ?? 'none');
    go({ ...where, more: { ...where.more, a: seq(from), b: seq(to), [name]: value } }, 'replace');
  };
  const label = ({ entry }: Version, place: number): string => {
    const wall = wallTime(entry.occurredAt, zone);
    return `${count(place + 1)} · ${wall ? `${wall.date} ${wall.time}` : '?'} · ${visible(shorten(plain(asSentence(actorParts(entry))), 40))}`;
  };
  const select = (name: 'a' | 'b', place: number): JSX.Element => (
    <label class="field">
      <span>{name === 'a' ? r.from : r.to}</span>
      <select
        class="select"
        value={String(versions[place]?.entry.seq ?? 'none')}
        onChange={(event) => choose(name, event.currentTarget.value)}
      >
        {name === 'a' && <option value="none">{r.before}</option>}
        {versions.map((version, index) => (
          <option key={version.entry.seq} value={String(version.entry.seq)}>
            {label(version, index)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <Panel title={isChosen ? r.compare : r.changed}>
      <div class="compare-choice">
        {select('a', from)}
        {select('b', to)}
      </div>
      {isChosen && diff.changed.length === 0 && (diff.rest.length > 0 || diff.sides === 'both') && (
        <p class="dim">{r.same}</p>
      )}
      <Differences of={diff} />
    </Panel>
  );
}

/** Of a version whose values are not here nothing is different, and nothing the same. */
function comparable(...of: readonly (Version | undefined)[]): RecordDiff | undefined {
  const missing = (['large', 'unknown'] as const).find((is) => of.some((version) => version?.is === is));
  return missing && { sides: missing === 'large' ? 'abridged' : 'none', changed: [], rest: [] };
}
