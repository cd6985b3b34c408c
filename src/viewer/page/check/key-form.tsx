import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { visible } from '../../../event/visible.js';
import { s } from '../seal-texts.js';
import { pin, pinnedKeys, unpin } from './pinned.js';
import { readVkey } from './proof-steps.js';

interface KeyFormProps {
  /** Where a key has to come from. */
  readonly about: string;
  /** The keys that are trusted now. */
  readonly keys: readonly string[];
  readonly onKeys: (keys: readonly string[]) => void;
}

/** Keys that this reader has from somewhere else than the server. */
export function KeyForm({ about, keys, onKeys }: KeyFormProps): JSX.Element {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState('');
  const id = useId();
  const submit = (event: Event): void => {
    event.preventDefault();
    const vkey = readVkey(text);
    if (typeof vkey === 'string') return setWrong(vkey);
    onKeys(pin(vkey));
    setText('');
    setWrong('');
  };
  return (
    <div class="seal-keys">
      <p class="aside">{about}</p>
      <ul>
        {keys.length === 0 && <li class="aside">{s.noKeys}</li>}
        {keys.map((key) => (
          <li key={key}>
            <code>{visible(key)}</code>
            <button type="button" class="button button-quiet" onClick={() => onKeys(unpin(key))}>
              {s.unpin}
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={submit}>
        <label for={id}>{s.paste}</label>
        <input
          id={id}
          name="vkey"
          autocomplete="off"
          spellcheck={false}
          value={text}
          aria-invalid={wrong !== ''}
          aria-describedby={`${id}-wrong`}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="button">
          {s.pin}
        </button>
        <p id={`${id}-wrong`} class="seal-wrong" role="alert">
          {visible(wrong)}
        </p>
      </form>
    </div>
  );
}

/** The keys that are kept, and how to change them. */
export const usePinned = (): [readonly string[], (keys: readonly string[]) => void] => useState<readonly string[]>(pinnedKeys); // prettier-ignore
