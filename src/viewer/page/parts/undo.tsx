import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { RevertAnswer, ShownEntry } from '../../answers.js';
import { e } from '../entry-texts.js';
import { fill } from '../fill.js';
import { segment } from '../routes.js';
import { useAsk } from './ask.js';
import { CopyButton } from './copy-button.js';
import { Panel } from './panel.js';
import { Sentence } from './sentence.js';
import { Failure, Loading } from './states.js';
import { StoredText } from './stored-text.js';

/** The call that would undo a change, as text. */
export function Undo({
  entry,
  question,
}: {
  readonly entry: ShownEntry;
  readonly question: URLSearchParams;
}): JSX.Element {
  const [isOpen, open] = useState(false);
  const { data, error, refetch } = useAsk<RevertAnswer>(`entries/${segment(entry.id)}/revert`, question, {
    isEnabled: isOpen,
  });
  return (
    <Panel title={e.undo}>
      <p class="dim">{e.undoNote}</p>
      {!isOpen ? (
        <p>
          <button type="button" class="button" onClick={() => open(true)}>
            {e.showUndo}
          </button>
        </p>
      ) : error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Loading lines={2} />
      ) : data.text === undefined ? (
        <p>
          <Sentence of={fill(e.noUndo, { why: [{ kind: 'value', text: data.why ?? '' }] })} />
        </p>
      ) : (
        <div class="raw-text">
          <CopyButton of={data.text} />
          <StoredText of={data.text} first={2_000} />
        </div>
      )}
    </Panel>
  );
}
