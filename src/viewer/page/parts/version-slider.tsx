import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { r } from '../entry-texts.js';
import { count, plain } from '../fill.js';
import { useKeys } from '../keys.js';
import { sentenceOf } from '../sentence.js';
import { wallTime } from '../time.js';
import type { Version } from '../versions.js';
import { useApp, usePlaceHref } from './app.js';
import { Moment } from './moment.js';
import { NotSealed } from './seal-marks.js';
import type { Marks } from './seals.js';
import { Sentence } from './sentence.js';

interface VersionSliderProps {
  readonly versions: readonly Version[];
  readonly at: number;
  readonly marks: Marks;
}

/** Through the versions of a record, by the chain's order. What it stands at is in the address. */
export function VersionSlider({ versions, at, marks }: VersionSliderProps): JSX.Element {
  const { where, go, session, zone } = useApp();
  const href = usePlaceHref();
  const [held, hold] = useState(at);
  useEffect(() => hold(at), [at]);
  const shown = versions[held];
  const move = (to: number): void => {
    const entry = versions[to]?.entry;
    if (entry) go({ ...where, more: { ...where.more, at: String(entry.seq) } }, 'replace');
  };
  useKeys({ ArrowLeft: () => move(held - 1), ArrowRight: () => move(held + 1) });
  const last = versions.length - 1;
  const told = shown && sentenceOf(shown.entry, { actions: session.actions });
  const wall = shown && wallTime(shown.entry.occurredAt, zone);
  const place = r.of.replace('{at}', count(held + 1)).replace('{count}', count(versions.length));
  return (
    <div class="card slider">
      <div class="slider-row" hidden={last === 0}>
        <button
          type="button"
          class="button button-icon"
          disabled={held === 0}
          aria-label={r.earlier}
          title={r.earlier}
          onClick={() => move(held - 1)}
        >
          ←
        </button>
        <input
          type="range"
          class="range"
          min={0}
          max={last}
          value={held}
          disabled={last === 0}
          aria-label={r.slider}
          aria-valuetext={`${place}, ${wall?.date ?? ''} ${wall?.time ?? ''}, ${told ? plain(told) : ''}`}
          onInput={(event) => hold(Number(event.currentTarget.value))}
          onChange={(event) => move(Number(event.currentTarget.value))}
        />
        <button
          type="button"
          class="button button-icon"
          disabled={held === last}
          aria-label={r.later}
          title={r.later}
          onClick={() => move(held + 1)}
        >
          →
        </button>
      </div>
      {shown && told && (
        <p class="slider-told">
          <span class="dim number">{place}</span>{' '}
          <a href={href({ view: 'entry', id: shown.entry.id }, [], shown.entry.tenant)}>
            <Moment at={shown.entry.occurredAt} />
          </a>{' '}
          <NotSealed is={marks.get(shown.entry)} />{' '}
          <span>
            <Sentence of={told} tenant={shown.entry.tenant} />
          </span>
        </p>
      )}
    </div>
  );
}
