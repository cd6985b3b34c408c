import type { JSX } from 'preact';
import type { ShownEntry } from '../../answers.js';
import { e } from '../entry-texts.js';
import type { FilterName } from '../routes.js';
import type { Missing } from '../sentence-actor.js';
import { usePlaceHref } from './app.js';
import { Fact, Panel } from './panel.js';
import { Text } from './text.js';

const ORDER = ['name', 'email', 'id', 'type', 'role', 'onBehalfOf', 'ip', 'userAgent', 'session', 'requestId', 'traceId', 'application', 'tenant']; // prettier-ignore
const FILTER: Readonly<Record<string, FilterName>> = {
  id: 'actor',
  email: 'email',
  ip: 'address',
  requestId: 'requestId',
};

/** Who acted, from where, and the way to all else of each. */
export function ActorCard({
  entry,
  missing,
}: {
  readonly entry: ShownEntry;
  readonly missing?: Missing | undefined;
}): JSX.Element {
  const href = usePlaceHref();
  const { actor, tenant } = entry;
  if (actor === undefined)
    return (
      <Panel title={e.who}>
        <p class="dim">{missing === 'erased' ? e.actorErased : e.nobody}</p>
      </Panel>
    );
  const names = [...ORDER.filter((name) => Object.hasOwn(actor, name)), ...Object.keys(actor).filter((name) => !ORDER.includes(name))]; // prettier-ignore
  const id = actor['id'];
  return (
    <Panel
      title={e.who}
      note={
        typeof id === 'string' && id !== '' ? (
          <a href={href({ view: 'actor', id }, [], tenant)}>{e.actorPage}</a>
        ) : undefined
      }
    >
      <dl class="facts">
        {names.slice(0, 40).map((name) => {
          const [value, filter] = [actor[name], FILTER[name]];
          const shown = <Text of={value} limit={600} />;
          return (
            <Fact key={name} name={e.members_[name] ?? name}>
              {filter !== undefined && typeof value === 'string' && value !== '' ? (
                <a href={href({ view: 'timeline' }, [{ name: filter, value }], tenant)} title={e.allOf}>
                  {shown}
                </a>
              ) : name === 'onBehalfOf' && typeof value === 'string' && value !== '' ? (
                <a href={href({ view: 'actor', id: value }, [], tenant)}>{shown}</a>
              ) : (
                shown
              )}
            </Fact>
          );
        })}
      </dl>
    </Panel>
  );
}
