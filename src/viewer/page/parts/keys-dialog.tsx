import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { keyTexts, t } from '../texts.js';

/** Which key does what. */
export function KeysDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="keys-title"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class="dialog-inside">
        <h2 id="keys-title">{t.help}</h2>
        <div class="keys">
          {keyTexts.map(({ title, keys }) => (
            <section key={title}>
              <h3>{title}</h3>
              <dl>
                {keys.map(([names, text]) => (
                  <div key={text}>
                    <dt>
                      {names.split(' ').map((name) => (
                        <kbd class="kbd" key={name}>
                          {name}
                        </kbd>
                      ))}
                    </dt>
                    <dd>{text}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
        <form method="dialog">
          <button class="button">{t.close}</button>
        </form>
      </div>
    </dialog>
  );
}
