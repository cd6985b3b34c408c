import type { JSX } from 'preact';
import { count } from '../fill.js';
import { tally } from '../week.js';
import { Panel } from './panel.js';
import { Text } from './text.js';

interface TallyProps {
  readonly title: string;
  readonly note?: string;
  readonly values: Iterable<string | undefined>;
  /** Where a value leads. */
  readonly href?: (value: string) => string;
}

const ROWS = 10;

/** What is there most often. */
export function Tally({ title, note, values, href }: TallyProps): JSX.Element | null {
  const found = tally(values, ROWS);
  if (found.length === 0) return null;
  return (
    <Panel title={title} note={note}>
      <ul class="tally">
        {found.map(([value, n]) => (
          <li key={value}>
            {href ? (
              <a href={href(value)}>
                <Text of={value} limit={120} />
              </a>
            ) : (
              <Text of={value} limit={120} />
            )}
            <span class="dim number">{count(n)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
