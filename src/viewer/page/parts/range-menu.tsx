import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { withRange, type Range } from '../routes.js';
import { t } from '../texts.js';
import { inputTime, momentOf, wallTime, zoneText } from '../time.js';
import { useApp } from './app.js';
import { reckonAgain } from './entries.js';
import { Menu } from './menu.js';

/** Which time is looked at: one that moves along, or one that stays. */
export function RangeMenu(): JSX.Element {
  const { where, zone, go } = useApp();
  const { range } = where;
  const set = (chosen: Range): void => {
    reckonAgain();
    go(withRange(where, chosen));
  };
  return (
    <Menu label={<RangeIcon text={rangeText(range, zone)} />} title={t.range} align="end" class="range-menu">
      {(close) => (
        <div class="range-inside">
          <div class="range-presets">
            {t.presets.map(([last, label]) => (
              <button
                key={label}
                type="button"
                class="menu-item"
                aria-pressed={range.last === last && (last !== undefined || range.from === undefined)}
                onClick={() => {
                  set(last === undefined ? {} : { last });
                  close();
                }}
              >
                {label}
              </button>
            ))}
          </div>
          <RangeForm
            range={range}
            zone={zone}
            set={(chosen) => {
              set(chosen);
              close();
            }}
          />
        </div>
      )}
    </Menu>
  );
}

interface RangeFormProps {
  readonly range: Range;
  readonly zone: string;
  readonly set: (range: Range) => void;
}

function RangeForm({ range, zone, set }: RangeFormProps): JSX.Element {
  const [error, setError] = useState<string>();
  const read = (form: HTMLFormElement): void => {
    const given = new FormData(form);
    const [from, to] = ['from', 'to'].map((name) => {
      const text = given.get(name);
      return typeof text === 'string' ? momentOf(text, zone) : undefined;
    });
    if (from !== undefined && to !== undefined && from >= to) return setError(t.rangeTurned);
    set({
      ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
      ...(to === undefined ? {} : { to: new Date(to).toISOString() }),
    });
  };
  return (
    <form
      class="form range-form"
      onSubmit={(event) => {
        event.preventDefault();
        read(event.currentTarget);
      }}
    >
      {(['from', 'to'] as const).map((name) => (
        <label key={name} class="field">
          <span>{t.rangeEnds[name]}</span>
          <input
            class="input"
            type="datetime-local"
            name={name}
            step={1}
            defaultValue={range[name] ? inputTime(range[name], zone) : ''}
          />
        </label>
      ))}
      <p class="aside">{zoneText(zone, Date.now())}</p>
      {error && (
        <p class="note note-bad" role="alert">
          {error}
        </p>
      )}
      <div class="form-acts">
        <button class="button button-primary">{t.apply}</button>
      </div>
    </form>
  );
}

function RangeIcon({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" />
        <path d="M8 4.8V8l2.2 1.6" />
      </svg>
      {text}
    </>
  );
}

/** A range in words. */
export function rangeText(range: Range, zone: string): string {
  if (range.last) return t.presets.find(([last]) => last === range.last)?.[1] ?? `${t.last} ${range.last}`;
  const [from, to] = [range.from, range.to].map((at) => {
    const wall = at === undefined ? undefined : wallTime(at, zone);
    return wall && `${wall.date} ${wall.time.replace(/:00$/, '')}`;
  });
  if (from && to) return `${from} – ${to}`;
  if (from) return `${t.since} ${from}`;
  if (to) return `${t.until} ${to}`;
  return t.allTime;
}
