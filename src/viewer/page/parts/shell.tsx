import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useKeys } from '../keys.js';
import { moveTo, type Place } from '../routes.js';
import { t } from '../texts.js';
import { THEMES, chooseTheme, chosenTheme, type Theme } from '../theme.js';
import { zones } from '../time.js';
import { useApp } from './app.js';
import { KeysDialog } from './keys-dialog.js';
import { PrintHead } from './print-head.js';
import { Status } from './status.js';
import { TenantChoice } from './tenant.js';

/** The frame around every view. */
export function Shell({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const { session, where, go } = useApp();
  const [help, setHelp] = useState(false);
  const main = useRef<HTMLElement>(null);
  const to = (view: 'timeline' | 'overview' | 'access'): void => go(moveTo(where, { view }));
  useKeys({
    '?': () => setHelp(true),
    ...(session.can.log ? { 1: () => to('timeline'), 2: () => to('overview') } : {}),
    3: () => to('access'),
  });
  const address = JSON.stringify(where.place);
  const first = useRef(address);
  useEffect(() => {
    document.title = `${titleOf(where.place)} · ${t.product}`;
    // Who hears the page hears that it is another one.
    if (first.current !== address) main.current?.focus({ preventScroll: true });
    first.current = address;
  }, [address, where.place]);
  return (
    <>
      <a class="skip" href="#content">
        {t.skip}
      </a>
      <header class="top">
        <Brand />
        <Navigation />
        <div class="top-tools">
          <Status />
          <TenantChoice />
          <ZoneChoice />
          <ThemeChoice />
          <button
            type="button"
            class="button button-quiet button-icon"
            onClick={() => setHelp(true)}
            title={`${t.help} (?)`}
          >
            <kbd class="kbd">?</kbd>
            <span class="unseen">{t.help}</span>
          </button>
        </div>
      </header>
      <div class="sheet">
        <PrintHead />
        <main id="content" class="content" tabIndex={-1} ref={main}>
          {children}
        </main>
      </div>
      {help && <KeysDialog onClose={() => setHelp(false)} />}
    </>
  );
}

function titleOf(place: Place): string {
  switch (place.view) {
    case 'entry':
      return t.entry;
    case 'record':
      return `${place.type} ${place.id}`;
    case 'actor':
      return place.id;
    case 'nowhere':
      return t.nowhere;
    default:
      return t[place.view];
  }
}

function Brand(): JSX.Element {
  const { session, where, href } = useApp();
  return (
    <a class="brand" href={href(moveTo(where, { view: session.can.log ? 'timeline' : 'access' }))}>
      <svg class="brand-mark" viewBox="0 0 20 20" aria-hidden="true">
        <rect x="1" y="1" width="18" height="18" rx="5" />
        <path d="M5.5 10.5 8.7 13.5 14.5 6.8" />
      </svg>
      <span class="brand-name">{session.deployment ?? t.product}</span>
    </a>
  );
}

function Navigation(): JSX.Element {
  const { session, where, href } = useApp();
  const views = session.can.log ? (['timeline', 'overview', 'access'] as const) : (['access'] as const);
  return (
    <nav class="views" aria-label={t.navigation}>
      {views.map((view) => (
        <a
          key={view}
          href={href(moveTo(where, { view }))}
          aria-current={where.place.view === view ? 'page' : undefined}
          class="view-link"
        >
          {t[view]}
        </a>
      ))}
    </nav>
  );
}

function ZoneChoice(): JSX.Element {
  const { where, zone, go } = useApp();
  const here = useMemo(() => new Intl.DateTimeFormat().resolvedOptions().timeZone, []);
  const all = useMemo(zones, []);
  const choose = (chosen: string): void => {
    const { zone: _, ...others } = where;
    go(chosen === here ? others : { ...others, zone: chosen });
  };
  return (
    <label class="choice choice-zone" title={t.zone}>
      <span class="unseen">{t.zone}</span>
      <select class="select" value={zone} onChange={(event) => choose(event.currentTarget.value)}>
        <option>{here}</option>
        {all
          .filter((each) => each !== here)
          .map((each) => (
            <option key={each}>{each}</option>
          ))}
        {!all.includes(zone) && zone !== here && <option>{zone}</option>}
      </select>
    </label>
  );
}

function ThemeChoice(): JSX.Element {
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  return (
    <button
      type="button"
      class="button button-quiet button-icon"
      title={`${t.theme}: ${t.themes[theme]}`}
      onClick={() => {
        chooseTheme(next);
        setTheme(next);
      }}
    >
      <svg class={`icon icon-theme icon-theme-${theme}`} viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" class="ring" />
        {theme === 'dark' && <circle cx="8" cy="8" r="6" class="full" />}
        {theme === 'system' && <path d="M8 2a6 6 0 0 1 0 12z" class="full" />}
      </svg>
      <span class="unseen">{`${t.theme}: ${t.themes[theme]}`}</span>
    </button>
  );
}
