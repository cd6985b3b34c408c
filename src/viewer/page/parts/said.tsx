import type { JSX } from 'preact';
import type { ShownEntry } from '../../answers.js';
import { e } from '../entry-texts.js';
import { shownOf } from '../image.js';
import { Fact, Panel } from './panel.js';
import { StoredText } from './stored-text.js';
import { MaybeLink, Text } from './text.js';
import { Value } from './value.js';

const ROWS = 200;

/** What the application said: reason, error and details. */
export function Said({ entry }: { readonly entry: ShownEntry }): JSX.Element | null {
  const { details, reason, error } = entry;
  const names = Object.keys(details ?? {});
  if (reason === undefined && error === undefined && names.length === 0) return null;
  return (
    <>
      {reason !== undefined && (
        <Panel title={e.reason}>
          <StoredText of={reason} />
        </Panel>
      )}
      {error !== undefined && (
        <Panel title={e.error} name="panel-error">
          <p>
            <strong>
              <Text of={error.name} limit={200} />
            </strong>{' '}
            {error.code !== undefined && (
              <code>
                <Text of={error.code} limit={100} />
              </code>
            )}
          </p>
          {error.message !== undefined && <StoredText of={error.message} />}
          {error.frames !== undefined && (
            <pre class="frames">
              <StoredText of={error.frames} />
            </pre>
          )}
        </Panel>
      )}
      {names.length > 0 && (
        <Panel title={e.details}>
          <dl class="facts facts-wide">
            {names.slice(0, ROWS).map((name) => {
              const value = details?.[name];
              return (
                <Fact key={name} name={name}>
                  {typeof value === 'string' && /^https?:/i.test(value) ? (
                    <MaybeLink of={value} />
                  ) : (
                    <Value of={shownOf(value)} />
                  )}
                </Fact>
              );
            })}
          </dl>
        </Panel>
      )}
    </>
  );
}
