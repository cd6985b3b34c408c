import type { JSX } from 'preact';
import type { ShownEntry } from '../../answers.js';
import { toneOfAction, toneOfFlag, toneOfOutcome } from '../tone.js';
import { flagTexts, t } from '../texts.js';
import { Text } from './text.js';

/** The name of an action; its colour and sign are of the verb at its end. */
export function ActionBadge({ action }: { readonly action: string }): JSX.Element {
  const { tone, sign } = toneOfAction(action);
  return (
    <span class={`badge badge-${tone}`}>
      {sign && (
        <span class="sign" aria-hidden="true">
          {sign}
        </span>
      )}
      <Text of={action} limit={128} />
    </span>
  );
}

/** How it ended. Success is what mostly happens, and is quiet. */
export function OutcomeBadge({ outcome }: { readonly outcome: string }): JSX.Element {
  const { tone, sign } = toneOfOutcome(outcome);
  return (
    <span class={outcome === 'success' ? 'outcome-quiet' : `badge badge-${tone}`}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      <Text of={outcome} limit={40} />
    </span>
  );
}

/** What the log says of its own knowledge, and whether it could be read at all. */
export function Flags({ entry }: { readonly entry: Pick<ShownEntry, 'flags' | 'unreadable'> }): JSX.Element {
  return (
    <>
      {entry.unreadable && (
        <span class="badge badge-bad" title={t.unreadableText}>
          {t.unreadable}
        </span>
      )}
      {entry.flags.map((flag) => (
        <span key={flag} class={`badge badge-${toneOfFlag(flag)}`} title={flagTexts[flag]}>
          {flag}
        </span>
      ))}
    </>
  );
}
