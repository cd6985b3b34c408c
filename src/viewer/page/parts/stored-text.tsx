import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { showJson, visible } from '../../../event/visible.js';
import { count } from '../fill.js';
import { e } from '../entry-texts.js';

const FIRST = 600;
const STEP = 50_000;

interface StoredTextProps {
  readonly of: string;
  /** Characters that are shown at once. */
  readonly first?: number;
  /** JSON on one line, whose escapes are its own. */
  readonly isJson?: boolean;
}

/** Long text that is stored, with its lines; as much as is asked for. */
export function StoredText({ of, first = FIRST, isJson = false }: StoredTextProps): JSX.Element {
  const [most, setMost] = useState(first);
  const shown = of.length > most ? of.slice(0, most).replace(/[\ud800-\udbff]$/, '') : of;
  return (
    <>
      <bdi class="stored">{isJson ? showJson(shown) : withLines(shown)}</bdi>
      {shown.length < of.length && (
        <>
          <span class="dim">…</span>{' '}
          <button type="button" class="more" onClick={() => setMost(most === first ? STEP : most + STEP)}>
            {e.moreText.replace('{count}', count(of.length - shown.length))}
          </button>
        </>
      )}
    </>
  );
}

/** What cannot be seen is escaped, but for the ends of lines. */
export const withLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => visible(line, Number.POSITIVE_INFINITY))
    .join('\n');
