import type { JSX } from 'preact';
import { offsetOf, wallTime, zoneText } from '../time.js';
import { t } from '../texts.js';
import { useApp } from './app.js';
import { Text } from './text.js';

/** A time in the reader's zone, which stands beside it where an entry is read by itself; hovering shows the zone, and the same in UTC to the microsecond. */
export function Moment({ at }: { readonly at: string | null }): JSX.Element {
  const { zone, where } = useApp();
  const wall = at === null ? undefined : wallTime(at, zone);
  if (wall === undefined) return <Text of={at === null || at === '' ? t.noTime : at} limit={40} />;
  const utc = String(at).replace('T', ' ').replace('Z', '');
  const title = `${wall.date} ${wall.time}${fraction(utc)} ${zoneText(zone, Date.parse(String(at)))}\n${utc} UTC`;
  return (
    <time dateTime={at ?? ''} title={title} class="moment">
      <span class="moment-date">{wall.date}</span> <span class="moment-time">{wall.time}</span>
      {where.place.view === 'entry' && <span class="moment-zone"> {offsetOf(zone, Date.parse(String(at)))}</span>}
    </time>
  );
}

const fraction = (utc: string): string => /\.\d+/.exec(utc)?.[0] ?? '';
