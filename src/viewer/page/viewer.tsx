import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { SessionAnswer } from '../answers.js';
import { useAddress } from './address.js';
import type { Api } from './api.js';
import { AppProvider, useApp, type App } from './parts/app.js';
import { useAnswer } from './parts/ask.js';
import { Shell } from './parts/shell.js';
import { Empty, Failure, Loading } from './parts/states.js';
import { moveTo, readWhere, writeWhere } from './routes.js';
import { t } from './texts.js';
import { zoneOf } from './time.js';
import { usualTenant } from './usual-tenant.js';
import { Access } from './views/access.js';
import { ActorView } from './views/actor.js';
import { EntryView } from './views/entry.js';
import { Overview } from './views/overview.js';
import { RecordView } from './views/record.js';
import { Timeline } from './views/timeline.js';

const MINUTES = 5 * 60_000;

interface ViewerProps {
  readonly api: Api;
  readonly isPrinting: boolean;
}

/** The whole page. */
export function Viewer({ api, isPrinting }: ViewerProps): JSX.Element {
  const { path, query, go } = useAddress(api.base);
  const { data: session, error, refetch } = useAnswer<SessionAnswer>(api, 'session', undefined, { fresh: MINUTES });
  const app = useMemo<App | undefined>(() => {
    if (session === undefined) return undefined;
    const where = readWhere(path, query, usualTenant(session));
    return {
      api,
      session,
      where,
      zone: zoneOf(where.zone),
      isPrinting,
      isEmbedded: false,
      checks: async () => await import('./check/seals.js'),
      href: (to) => new URL(writeWhere(to), api.base).href,
      go: (to, how) => go(writeWhere(to), how),
    };
  }, [api, session, path, query, go, isPrinting]);
  if (app === undefined) return <Before error={error} retry={refetch} />;
  return (
    <AppProvider value={app}>
      <Shell>
        <View />
      </Shell>
    </AppProvider>
  );
}

function Before({ error, retry }: { readonly error: unknown; readonly retry: () => void }): JSX.Element {
  return <main class="before">{error ? <Failure error={error} retry={retry} isPage /> : <Loading lines={3} />}</main>;
}

function View(): JSX.Element {
  const { session, where } = useApp();
  const { place } = where;
  // Whoever may see the access log alone begins there.
  if (place.view === 'access' || (place.view === 'timeline' && !session.can.log)) return <Access />;
  switch (place.view) {
    case 'timeline':
      return <Timeline />;
    case 'overview':
      return <Overview />;
    case 'entry':
      return <EntryView key={place.id} id={place.id} />;
    case 'record':
      return <RecordView key={`${place.type}\n${place.id}`} type={place.type} id={place.id} />;
    case 'actor':
      return <ActorView key={place.id} id={place.id} />;
    default:
      return <Nowhere />;
  }
}

function Nowhere(): JSX.Element {
  const { where, href } = useApp();
  return (
    <Empty title={t.nowhere}>
      <p>{t.nowhereText}</p>
      <a class="button" href={href(moveTo(where, { view: 'timeline' }))}>
        {t.toTimeline}
      </a>
    </Empty>
  );
}
