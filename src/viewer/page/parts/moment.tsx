import type { JSX } from 'preact';
import { offsetOf, wallTime } from '../time.js';
import { t } from '../texts.js';
import { useApp } from './app.js';
import { Text } from './text.js';

/** A time in the reader's zone; hovering shows the zone, and the same in UTC to the microsecond. */
export function Moment({ at }: { readonly at: string | null }): JSX.Element {
  const { zone } = useApp();
  const wall = at === null ? undefined : wallTime(at, zone);
  if (wall === undefined) return <Text of={at === null || at === '' ? t.noTime : at} limit={40} />;
  const utc = String(at).replace('T', ' ').replace('Z', '');
  const title = `${wall.date} ${wall.time}${fraction(utc)} ${zone} (${offsetOf(zone, Date.parse(String(at)))})\n${utc} UTC`;
  return (
    <time dateTime={at ?? ''} title={title} class="moment">
      <span class="moment-date">{wall.date}</span> <span class="moment-time">{wall.time}</span>
    </time>
  );
}

const fraction = (utc: string): string => /\.\d+/.exec(utc)?.[0] ?? '';
