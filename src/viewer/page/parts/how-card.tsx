import type { JSX } from 'preact';
import { e } from '../entry-texts.js';
import type { Explained } from '../explain.js';
import { Panel } from './panel.js';
import { Sentence } from './sentence.js';

/** How it is known what the entry says, and what of it is not. */
export function HowCard({ explained }: { readonly explained: readonly Explained[] }): JSX.Element {
  return (
    <Panel title={e.howKnown}>
      <ul class="how">
        {explained.map(({ kind, isWarning, parts }, at) => (
          <li key={at} class={`how-${kind}${isWarning ? ' how-warning' : ''}`}>
            <Sentence of={parts} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
