import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { e } from '../entry-texts.js';

interface CopyButtonProps {
  readonly of: string | (() => string);
  readonly label?: string;
}

/** Copies a text; where the browser does not let it, the text is there to be copied by hand. */
export function CopyButton({ of, label = e.copy }: CopyButtonProps): JSX.Element {
  const [is, setIs] = useState<'copied' | 'refused'>();
  const text = (): string => (typeof of === 'string' ? of : of());
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      setIs('copied');
    } catch {
      setIs('refused');
    }
  };
  return (
    <span class="copy">
      <button type="button" class="button button-quiet button-small" onClick={() => void copy()}>
        {is === 'copied' ? e.copied : label}
      </button>
      <span class="unseen" role="status">
        {is === 'copied' ? e.copied : ''}
      </span>
      {is === 'refused' && (
        <input
          class="input mono"
          readOnly
          aria-label={label}
          value={text()}
          onFocus={(event) => event.currentTarget.select()}
        />
      )}
    </span>
  );
}
