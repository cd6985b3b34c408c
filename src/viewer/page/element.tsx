import { render, type JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { SessionAnswer } from '../answers.js';
import { Api } from './api.js';
import { AppProvider, type App } from './parts/app.js';
import { useAnswer } from './parts/ask.js';
import { columnsOf } from './parts/cells.js';
import { EntryList } from './parts/entry-list.js';
import { Failure, Loading } from './parts/states.js';
import { questionOf, readWhere, writeWhere, type Where } from './routes.js';
import style from './style.css?inline';
import { resourceValue } from './suggest.js';
import { t } from './texts.js';
import { usualTenant } from './usual-tenant.js';
import { zoneOf } from './time.js';

/** One for all elements of a page; made of text that is ours, so a strict policy has nothing against it. */
let sheet: CSSStyleSheet | undefined;

const ATTRIBUTES = ['resource', 'actor', 'action', 'last', 'tenant', 'zone', 'src', 'theme'] as const;

/**
 * `<audit-timeline resource="Invoice/42" src="/audit/">`: what happened to one record, in a page of the application's own. It asks the
 * viewer at `src`, which lets it see what whoever is signed in may see; links lead to the viewer.
 */
class AuditTimeline extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;

  connectedCallback(): void {
    if (this.shadowRoot === null) {
      sheet ??= new CSSStyleSheet();
      if (sheet.cssRules.length === 0) sheet.replaceSync(style);
      this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet];
    }
    this.#draw();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#draw();
  }

  disconnectedCallback(): void {
    if (this.shadowRoot) render(null, this.shadowRoot);
  }

  #draw(): void {
    if (this.shadowRoot === null) return;
    const given = Object.fromEntries(ATTRIBUTES.map((name) => [name, this.getAttribute(name) ?? '']));
    const base = new URL((given['src'] || 'audit/').replace(/\/?$/, '/'), document.baseURI);
    render(<Embedded base={base.href} given={JSON.stringify(given)} />, this.shadowRoot);
  }
}

/** @param given attributes, as JSON: a new object would be a new question */
function Embedded({ base, given }: { readonly base: string; readonly given: string }): JSX.Element {
  const api = useMemo(() => new Api(new URL(base)), [base]);
  const session = useAnswer<SessionAnswer>(api, 'session');
  const app = useMemo(() => session.data && appOf(api, session.data, JSON.parse(given) as Record<string, string>), [api, session.data, given]); // prettier-ignore
  const question = useMemo(() => app && questionOf(app.where, Date.now()), [app]);
  if (session.error) return <Failure error={session.error} retry={session.refetch} />;
  if (app === undefined || question === undefined) return <Loading lines={4} />;
  const columns = columnsOf(['actor', 'action', ...(given.includes('"resource":""') ? ['resource'] : []), 'outcome', 'change']); // prettier-ignore
  return (
    <AppProvider value={app}>
      <section class="embedded" aria-label={t.timeline}>
        <EntryList path="entries" question={question} columns={columns} />
      </section>
    </AppProvider>
  );
}

function appOf(api: Api, session: SessionAnswer, given: Record<string, string>): App {
  const query = new URLSearchParams();
  for (const name of ['actor', 'action', 'last', 'zone', 'tenant']) if (given[name]) query.set(name, given[name]);
  if (given['resource']) query.set('resource', resourceValue(given['resource']));
  const where = readWhere('', query.toString(), usualTenant(session));
  const href = (to: Where): string => new URL(writeWhere(to), api.base).href;
  return {
    api,
    session,
    where,
    zone: zoneOf(where.zone),
    isPrinting: false,
    isEmbedded: true,
    href,
    go: (to) => location.assign(href(to)),
  };
}

if (!customElements.get('audit-timeline')) customElements.define('audit-timeline', AuditTimeline);
