import { render } from 'preact';
import type { EntryAnswer, SessionAnswer } from '../../../src/viewer/answers.js';
import { Api } from '../../../src/viewer/page/api.js';
import { SealPanel } from '../../../src/viewer/page/check/seal-panel.js';
import { AppProvider, type App } from '../../../src/viewer/page/parts/app.js';

/** The panel of one entry, and nothing around it. */
const query = new URLSearchParams(location.search);
const api = new Api(new URL('/audit/', location.href));
const where = new URLSearchParams({ tenant: query.get('tenant') ?? '' });

async function show(place: Element): Promise<void> {
  const session = await api.ask<SessionAnswer>('session');
  const { entry } = await api.ask<EntryAnswer>(`entries/${query.get('id') ?? ''}`, where);
  const app = { api, session, zone: 'UTC' } as unknown as App; // as much of it as the panel asks for
  const shown = query.has('lie') ? { ...entry, action: 'invoice.reject' } : entry;
  render(
    <AppProvider value={app}>
      <SealPanel entry={shown} />
    </AppProvider>,
    place,
  );
}

const place = document.getElementById('app');
if (place) void show(place);
