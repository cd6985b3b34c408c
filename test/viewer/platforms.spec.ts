import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FIELD, WRONG, viewerWorld, type ViewerWorld } from './world.js';
import { VIEWERS, type Answer, type ServedViewer } from './served.js';

let world: ViewerWorld;
beforeAll(async () => {
  world = await viewerWorld();
}, 120_000);
afterAll(() => world?.close());

const NO_ID = '01a00000-0000-7000-8000-000000000000';

/** Every question, as somebody may ask it who sees something. */
const QUESTIONS = [
  'session',
  'entries?limit=3',
  'count',
  'facets',
  'entries/ID?tenant=acme',
  'entries/ID/around?each=2',
  'entries/ID/revert',
  'groups/GROUP',
  'records/Invoice/acme-inv-0/history',
  'records/Invoice/acme-inv-0/state?at=2026-04-01T00:00:00Z',
  'records/Invoice/acme-inv-0/difference?from=2026-01-01T00:00:00Z&to=2026-04-01T00:00:00Z',
  'records/Invoice/acme-inv-0/reads',
  'record/history?type=Invoice&id=acme-inv-0',
  'failures?by=actor&within=900000000000&atLeast=1',
  'pattern?zone=Europe/Berlin',
  'access',
  'overview?hours=87600',
  'export?format=csv',
  'export?format=ndjson&action=invoice.*',
];

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'self'";

function expectGuarded({ headers }: Answer): void {
  expect(headers).toMatchObject({
    'content-security-policy': CSP,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  });
  expect(headers['x-frame-options']).toBeUndefined();
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  expect(headers['cache-control']).toMatch(/no-store|private/);
}

describe.each(Object.keys(VIEWERS))('the viewer on %s', (name) => {
  let served: ServedViewer;
  const failures: unknown[] = [];
  let at: (path: string) => string;
  let questions: readonly string[];
  beforeAll(async () => {
    served = await (VIEWERS[name] as (typeof VIEWERS)[string])(
      { ...world.options, onError: (error) => failures.push(error) },
      world.scopes,
    ); // each has its name
    at = (path) => served.mount + path;
    const mine = world.shown.find(({ action, source }) => action === 'Invoice.update' && source === 'change');
    const grouped = world.shown.find(({ group }) => group !== undefined);
    questions = QUESTIONS.map((path) => at(`/api/${path.replace('ID', mine?.id ?? '').replace('GROUP', grouped?.group ?? '')}`)); // prettier-ignore
  }, 60_000);
  afterAll(() => served?.close());

  it('shows the page at every path of it, with a base by its depth and whatever stands in front', async () => {
    for (const [path, base] of [
      ['/', './'],
      ['/entry/1', '../'],
      ['/record/Invoice/a%2Fb', '../../'],
      ['/overview?x=<script>', './'],
    ] as const) {
      // prettier-ignore
      const headers = { 'x-forwarded-prefix': '/evil', 'x-forwarded-host': 'evil.test', host: 'evil.test' };
      const answer = await served.ask(at(path), { user: 'ann', headers });
      expect([answer.status, /<base href="([^"]*)">/.exec(answer.text)?.[1]]).toEqual([200, base]);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.text).not.toMatch(/evil|<script>/);
      expectGuarded(answer);
    }
    const moved = await served.ask(at('?failures=1'), { user: 'ann' });
    expect([moved.status, moved.headers.location]).toEqual([308, `./${served.mount.split('/').at(-1)}/?failures=1`]);
  });

  it('gives the files that the page names, to be kept by whoever may see them', async () => {
    const page = await served.ask(at('/'), { user: 'ann' });
    const files = [...page.text.matchAll(/(?:href|src)="(assets\/[^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.length).toBe(2);
    for (const file of files) {
      const answer = await served.ask(at(`/${file}`), { user: 'ann' });
      expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'private, max-age=31536000, immutable']);
      expectGuarded(answer);
      const stranger = await served.ask(at(`/${file}`));
      expect(stranger.status).toBe(401);
    }
  });

  it('answers nobody whom authorize does not know, whatever is asked', async () => {
    const paths = ['', '/', '/entry/1', '/assets/none.js', '/verify.html', '/nothing', '/api', '/api/nothing', '/api/tail'].map((path) => at(path)); // prettier-ignore
    for (const path of [...paths, ...questions])
      for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
        const answer = await served.ask(path, { method });
        expect([path, method, answer.status]).toEqual([path, method, 401]);
        expect(answer.text).not.toMatch(/acme|Invoice|"entries"/);
        if (method === 'GET') expectGuarded(answer);
      }
  });

  it('says what authorize threw by its status alone, and what broke not at all, wherever it is asked', async () => {
    const asks = [['forbidden', 403], ['broken', 500], ...Object.keys(WRONG).map((user) => [user, 500] as const)] as const; // prettier-ignore
    for (const [user, status] of asks)
      for (const path of ['', '/', '/entry/1', '/verify.html', '/nothing', '/api/session', '/api/nothing']) {
        const answer = await served.ask(at(path), { user });
        expect([user, path, answer.status, JSON.parse(answer.text)]).toEqual([user, path, status, { error: { code: expect.any(String), message: expect.any(String) } }]); // prettier-ignore
        expect(answer.text).not.toMatch(/secret-reason|tenants|actor/);
        expectGuarded(answer);
      }
    failures.length = 0;
    for (const user of Object.keys(WRONG)) await served.ask(at('/'), { user });
    expect(failures.length).toBe(Object.keys(WRONG).length);
  });

  it('answers every question, unchanged by the application, and says nothing of what is hidden', async () => {
    const marks = world.hidden.flatMap(({ id, hash, details }) => [id, hash, JSON.stringify(details?.['note'])]);
    for (const path of questions) {
      const answer = await served.ask(path, { user: 'ann' });
      expect([path, answer.status, answer.text.slice(0, 200)]).toEqual([path, 200, expect.any(String)]);
      expectGuarded(answer);
      if (!path.includes('/export')) expect(JSON.parse(answer.text)).not.toHaveProperty('data');
      for (const mark of [...marks, FIELD, 'salary', '"fine"', 'globex', 'payroll', 'merger'])
        expect([path, mark, answer.text.includes(mark)]).toEqual([path, mark, false]);
      const head = await served.ask(path, { user: 'ann', method: 'HEAD' });
      expect([path, head.status, head.text]).toEqual([path, 200, '']);
    }
    const all = await served.ask(at('/api/entries?allTenants=true&limit=500'), { user: 'root' });
    expect(all.text).toContain(FIELD);
  });

  it.each<[string, string, string, readonly number[]]>([
    ['a segment of dots', '/../../etc/passwd', 'GET', [404]],
    ['escaped dots', '/api/%2e%2e/session', 'GET', [404]],
    ['an escaped slash', '/api%2fsession', 'GET', [404]],
    ['a NUL', '/api/entries/%00', 'GET', [404]],
    ['a NUL in a condition', '/api/entries?actor=%00', 'GET', [200]],
    ['half an escape', '/api/entries/%', 'GET', [400]],
    ['no UTF-8', '/entry/%ff%fe', 'GET', [400]],
    ['ten kilobytes of path', `/entry/${'a'.repeat(10_000)}`, 'GET', [404, 414]],
    ['ten kilobytes of query', `/api/entries?actor=${'a'.repeat(10_000)}`, 'GET', [414]],
    ['many segments', '/entry'.repeat(50), 'GET', [404]],
    ['an empty segment', '//api/session', 'GET', [404]],
    ['a prototype', '/api/__proto__', 'GET', [404]],
    ['a prototype among the files', '/constructor', 'GET', [404]],
    ['the page by its name', '/index.html', 'GET', [404]],
    ['a filter that there is not', '/api/entries?actorr=x', 'GET', [400]],
    ['a filter of the prototype', '/api/entries?__proto__=x', 'GET', [400]],
    ['a filter twice', '/api/entries?actor=a&actor=b', 'GET', [400]],
    ['a limit that is none', '/api/entries?limit=1e9', 'GET', [400]],
    ['a flag that is none', '/api/entries?failures=perhaps', 'GET', [400]],
    ['a time without a zone', '/api/entries?from=2026-01-01', 'GET', [400]],
    ['a cursor of another', '/api/entries?cursor=x', 'GET', [400]],
    ['an id that is none', '/api/entries/x', 'GET', [404]],
    ['an id that there is not', `/api/entries/${NO_ID}`, 'GET', [404]],
    ['a zone that there is not', '/api/pattern?zone=Mars', 'GET', [400]],
    ['all tenants, for one who has one', '/api/entries?allTenants=1', 'GET', [400]],
    ['all tenants in a tail', '/api/tail?allTenants=1', 'GET', [400]],
    ['a place that is none', '/api/tail?after=-1', 'GET', [400]],
    ['a format that there is not', '/api/export?format=xls', 'GET', [400]],
    ['a record without a moment', '/api/records/Invoice/1/state', 'GET', [400]],
    ['a verification, for one who sees a part', '/api/verify', 'GET', [403]],
    ['a method that there is not', '/api/entries', 'DELETE', [405]],
    ['a method of a page', '/entry/1', 'POST', [405]],
    ['a start without the header', '/api/verify', 'POST', [403]],
  ])('answers %s with what is wrong with it', async (_what, path, method, statuses) => {
    // What is not GET needs the header even from the page.
    const isBare = method !== 'GET';
    const headers = { 'sec-fetch-site': 'same-origin' };
    const answer = await served.ask(at(path), { user: 'ann', method, headers, isBare });
    // Some servers refuse what is no path themselves.
    const isOurs = answer.headers['content-security-policy'] === CSP;
    expect([...statuses, ...(isOurs ? [] : [400, 404, 414])]).toContain(answer.status);
    if (!isOurs) return expect(answer.text).not.toMatch(/acme/);
    if (answer.status === 405) expect(answer.headers.allow).toMatch(/^GET, HEAD/);
    if (answer.status !== 200) expect(JSON.parse(answer.text)).toEqual({ error: { code: expect.any(String), message: expect.any(String) } }); // prettier-ignore
    expect(answer.text.length).toBeLessThan(3_000);
  });

  it('lets no other site ask in the name of whoever is signed in', async () => {
    const [host, own, other] = ['log.corp.test:8080', 'http://log.corp.test:8080', 'http://wiki.corp.test:8080'];
    const page = { 'x-audit-viewer': '1' };
    const asks: readonly (readonly [status: number, headers: Readonly<Record<string, string>>])[] = [
      // What a browser says by https and on localhost.
      [200, { 'sec-fetch-site': 'same-origin' }],
      [200, { 'sec-fetch-site': 'none' }],
      [200, { 'sec-fetch-site': 'same-origin', host: 'behind-a-proxy', origin: 'https://log.corp.test' }],
      [403, { 'sec-fetch-site': 'cross-site' }],
      [403, { 'sec-fetch-site': 'same-site', ...page, origin: own, referer: own }],
      [403, { 'sec-fetch-site': 'none', ...page, origin: other }],
      [403, { 'sec-fetch-site': 'same-origin, cross-site', ...page }],
      [403, { 'sec-fetch-site': '', ...page }],
      // By plain http.
      [200, page],
      [200, { ...page, origin: own }],
      [200, { origin: own }],
      [200, { origin: own, referer: `${other}/page` }],
      [200, { referer: `${own}/audit/entry/1?x=http://evil.test` }],
      [200, { host: 'LOG.corp.test:80', referer: 'http://log.corp.test/' }],
      [200, { host: 'log.corp.test:443', origin: 'https://log.corp.test' }],
      [200, { host: '[::1]:8080', origin: 'http://[::1]:8080' }],
      [403, {}],
      [403, { 'x-audit-viewer': '0' }],
      [403, { referer: `${other}/page` }],
      [403, { referer: 'http://evil.test/?http://log.corp.test:8080/' }],
      [403, { referer: 'http://log.corp.test:8080@evil.test/' }],
      [403, { referer: 'http://log.corp.test:8080.evil.test/' }],
      [403, { referer: 'http://log.corp.test/' }], // another port
      [403, { referer: '/audit/' }],
      [403, { referer: '' }],
      [403, { host: '', referer: 'about:blank' }],
      // Let through by an application that lets everybody ask.
      [403, { ...page, origin: other }],
      [403, { ...page, origin: 'http://log.corp.test:8081' }],
      [403, { ...page, origin: 'null' }],
      [403, { ...page, origin: '' }],
      [403, { ...page, origin: `${own}, ${other}` }],
      [403, { ...page, origin: other, referer: own }],
      [403, { ...page, origin: other, 'x-forwarded-host': 'wiki.corp.test:8080' }],
    ];
    const before = await world.audit.query.count({ tenant: 'acme', action: 'audit.exported' });
    for (const [status, headers] of asks)
      for (const path of status === 200
        ? ['/api/entries?limit=1']
        : ['/api/entries?limit=1', '/api/export', '/api/tail', '/api/none']) {
        const answer = await served.ask(at(path), { user: 'ann', headers: { host, ...headers }, isBare: true });
        // A request without a host is none for some servers.
        const isOurs = answer.headers['content-security-policy'] === CSP;
        expect([path, headers, isOurs || headers['host'] !== '' ? answer.status : 403]).toEqual([path, headers, status]); // prettier-ignore
        if (isOurs) expectGuarded(answer);
        if (status === 403) expect(answer.text).not.toMatch(/acme/);
      }
    await world.audit.flush();
    expect(await world.audit.query.count({ tenant: 'acme', action: 'audit.exported' })).toEqual(before);
    const start = await served.ask(at('/api/verify'), { user: 'root', method: 'POST', headers: { host, origin: other } }); // prettier-ignore
    expect([start.status, start.text]).toEqual([403, expect.stringContaining('another site')]);
    const link = await served.ask(at('/entry/1'), { user: 'ann', headers: { 'sec-fetch-site': 'cross-site' }, isBare: true }); // prettier-ignore
    expect(link.status).toBe(200); // from elsewhere, to a page
  });

  it('tells a guard of doors of doors alone', async () => {
    const { can } = JSON.parse((await served.ask(at('/api/session'), { user: 'guard' })).text) as { can: object };
    expect(can).toMatchObject({ log: false, verify: false });
    const { entries } = JSON.parse((await served.ask(at('/api/access'), { user: 'guard' })).text) as { entries: { action: string }[] }; // prettier-ignore
    expect([entries.length > 0, entries.every(({ action }) => action === 'access.entry')]).toEqual([true, true]);
  });

  it('leaves no entry of its requests, and one of each question', async () => {
    await served.ask(at('/api/count?actor=only-once'), { user: 'ann' });
    await served.ask(at('/api/count?actor=only-once'), { user: 'ann' });
    await world.audit.flush();
    const all = world.audit.query.as({ tenants: 'all', actor: { id: 'test' } });
    const { entries: requests } = await all.find({ allTenants: true, source: 'request', limit: 500 });
    // Paths that led nowhere.
    expect(requests.map(({ action }) => action).filter((action) => action !== 'http.unmatched')).toEqual([]);
    const { entries: reads } = await all.find({ tenant: 'acme', action: 'audit.read', limit: 100 });
    const told = reads.filter(({ details }) => JSON.stringify(details).includes('only-once'));
    expect(told.map(({ details }) => details?.['reader'])).toContainEqual({ id: 'ann' });
  });
});
