import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { absolute, withRange } from '../routes.js';
import { t } from '../texts.js';
import { useApp } from './app.js';
import { Menu } from './menu.js';

/** A link to what is shown: one that shows the same tomorrow, or one that moves along. */
export function CopyLink(): JSX.Element {
  const { where, zone, href } = useApp();
  const [copied, setCopied] = useState<string>();
  const [spelled, setSpelled] = useState<string>();
  const copy = async (link: string, said: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied(said);
      setSpelled(undefined);
    } catch {
      setSpelled(link); // not in a secure context, or not allowed
    }
  };
  // The zone belongs to what is seen, and the browser of whoever gets the link may be elsewhere.
  const still = href({ ...withRange(where, absolute(where.range, Date.now())), zone });
  return (
    <Menu label={t.link} align="end" button="button button-quiet" onOpen={() => setCopied(undefined)}>
      {() => (
        <div class="form copy-link">
          <button type="button" class="menu-item" onClick={() => void copy(still, t.copied)}>
            {t.copyAbsolute}
          </button>
          {where.range.last && (
            <button type="button" class="menu-item" onClick={() => void copy(href(where), t.copied)}>
              {t.copyRelative}
            </button>
          )}
          {spelled && (
            <label class="field">
              <span>{t.copyByHand}</span>
              <input class="input mono" readOnly value={spelled} onFocus={(event) => event.currentTarget.select()} />
            </label>
          )}
          <p class="aside" role="status">
            {copied ?? t.linkNote}
          </p>
        </div>
      )}
    </Menu>
  );
}
