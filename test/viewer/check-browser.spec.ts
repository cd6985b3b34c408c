import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import type { Browser, Page } from 'playwright-core';
import { formatVkey } from '../../src/chain/vkey.js';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import { auditViewer } from '../../src/express/index.js';
import { assets } from '../../src/viewer/assets.generated.js';
import { MemoryAnchor, signerOf, vkeyOfLabel } from '../checkpoint/support/memory.js';
import { createLog, type TestLog } from '../support/log.js';
import { findChromium, launch } from './support/chromium.js';
import { bundle } from './support/in-page.js';

const path = findChromium();
if (path === undefined) console.warn('no Chromium here: the page is not opened');
const withChromium = path === undefined ? describe.skip : describe;

const HOSTILE = '<img src=x onerror=alert(1)>\u202e\u0000';
let log: TestLog;
let audit: Audit;
let server: Server;
let browser: Browser;
let base: string;
let vkey: string;
let id: string;
const work = mkdtempSync(join(tmpdir(), 'check-'));

beforeAll(async () => {
  if (path === undefined) return;
  log = await createLog();
  audit = createAudit({
    databaseUrl: log.url,
    auditorUrl: log.url,
    flushIntervalMs: 1,
    seal: { minWaitMs: 1 },
    config: {
      tables: {},
      evidence: { signer: signerOf('one'), anchors: [new MemoryAnchor()], tickMs: 1_000 },
    } as never,
    onError: () => undefined,
  });
  for (let i = 0; i < 3; i += 1)
    audit.record({ action: 'invoice.approve', details: { note: HOSTILE, i } }, { context: newContext({ actor: { id: 'ann' }, tenant: 'acme' }) }); // prettier-ignore
  await audit.flush();
  id = (await audit.query.find({ tenant: 'acme', action: 'invoice.approve', order: 'oldest' })).entries[1]?.id ?? '';
  const { rows } = await log.pool.query<{ origin: string }>('select origin from audit.sealer');
  vkey = formatVkey(await vkeyOfLabel(`${rows[0]?.origin}/registry`, 'one'));
  const app = express();
  app.use('/audit', auditViewer(audit, { authorize: () => ({ tenants: 'all', actor: { id: 'auditor' } }) }));
  const script = bundle('panel-page.tsx', true);
  app.get('/panel.js', (_request, response) => void response.type('js').send(script));
  app.get('/panel', (_request, response) => {
    response.set('content-security-policy', "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"); // prettier-ignore
    response.type('html').send('<!doctype html><title>panel</title><div id="app"></div><script type="module" src="/panel.js"></script>'); // prettier-ignore
  });
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launch(path);
}, 60_000);
afterAll(async () => {
  rmSync(work, { recursive: true });
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  await audit?.close();
  await log?.close();
});

/** A page, and all that went wrong in it. */
async function open(url: string): Promise<{ page: Page; wrong: string[]; asked: string[] }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const wrong: string[] = [];
  const asked: string[] = [];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (message) => void (message.type() === 'error' && wrong.push(message.text())));
  page.on('dialog', (dialog) => void (wrong.push(`dialog ${dialog.message()}`), dialog.dismiss()));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(url);
  return { page, wrong, asked };
}

const verdictIn = async (page: Page, where = '.seal-verdict'): Promise<string | null> => {
  await page.waitForSelector(`${where}[data-verdict]`);
  return await page.getAttribute(where, 'data-verdict');
};

/** Answers of the server, changed on their way. */
async function tampered(change: (answer: Record<string, never>) => void): Promise<Page> {
  const { page } = await open('about:blank');
  await page.route('**/sealed?**', async (route) => {
    const answer = (await (await route.fetch()).json()) as Record<string, never>;
    change(answer);
    await route.fulfill({ json: answer });
  });
  await page.goto(`${base}/panel?tenant=acme&id=${id}`);
  return page;
}

withChromium('the panel of a seal, in Chromium', () => {
  it('computes that the entry matches, and shows the bytes behind it', async () => {
    const { page, wrong } = await open(`${base}/panel?tenant=acme&id=${id}`);
    expect(await verdictIn(page)).toBe('ok');
    expect(await page.textContent('.seal-verdict')).toContain('Matches its seal');
    const steps = await page.$$eval('[data-step]', (all) => all.map((each) => `${each.getAttribute('data-step')} ${each.getAttribute('data-is')}`)); // prettier-ignore
    expect(steps).toEqual(['leaf ok', 'actor ok', 'data ok', 'shown ok', 'before ok', 'next ok']);
    expect(await page.textContent('[data-step="data"] .seal-bytes')).toContain('7b 22');
    expect(wrong).toEqual([]);
  });

  it('says of an entry that is shown otherwise than it was sealed that it does not match, and what', async () => {
    const { page } = await open(`${base}/panel?tenant=acme&id=${id}&lie`);
    expect(await verdictIn(page)).toBe('differs');
    expect(await page.textContent('.seal-verdict')).toContain('what is shown (action)');
    expect(await page.isVisible('[data-step="shown"]')).toBe(true);
  });

  it.each<[string, string, (answer: Record<string, never>) => void]>([
    ['the leaf', 'bytes', (answer: Record<string, unknown>) => (answer['leaf'] = `${String(answer['leaf'])} `)],
    ['the hash', 'bytes', (answer: Record<string, unknown>) => (answer['hash'] = '0'.repeat(64))],
    ['a salt', 'data', (answer) => ((answer as unknown as { sections: { data: { salt: string } } }).sections.data.salt = '0'.repeat(32))],
    ['a neighbour', 'behind', (answer) => ((answer as unknown as { next: { hash: string } }).next.hash = '0'.repeat(64))],
  ])('does not match when %s is another', async (_name, word, change) => {
    const page = await tampered(change);
    expect(await verdictIn(page)).toBe('differs');
    expect(await page.textContent('.seal-verdict')).toContain(word);
    await page.context().close();
  }); // prettier-ignore

  it('follows the proof up to a signature: of the server’s key, then of one that was pasted and is kept', async () => {
    const { page, wrong } = await open(`${base}/panel?tenant=acme&id=${id}`);
    await verdictIn(page);
    for (const until = Date.now() + 20_000; ;) {
      await page.click('.seal-acts .button');
      await page.waitForSelector('.seal-line[data-verdict], .seal-note, .failure');
      if (await page.$('.seal-line')) break;
      if (Date.now() > until) throw new Error(await page.innerText('.seal-proof'));
      await page.waitForTimeout(500);
    }
    expect(await page.textContent('.seal-line')).toContain('supplied');
    expect(await verdictIn(page, '.seal-line')).toBe('unchecked');
    await page.fill('.seal-keys input', 'no key');
    await page.click('.seal-keys form .button');
    expect(await page.textContent('.seal-wrong')).toContain('refused');
    await page.fill('.seal-keys input', vkey);
    await page.click('.seal-keys form .button');
    await page.waitForSelector('.seal-line[data-verdict="ok"]');
    expect(await page.textContent('.seal-line')).toContain('a key that you trust');
    await page.reload();
    await verdictIn(page);
    await page.click('.seal-acts .button');
    expect(await verdictIn(page, '.seal-line')).toBe('ok');
    // A checkpoint that is not there yet is a 409, which a browser notes.
    expect(wrong.filter((text) => !text.includes('409'))).toEqual([]);
  }, 40_000);

  it('says when the page itself came over a connection that is not secure', async () => {
    const { page } = await open('about:blank');
    await page.addInitScript(() => Object.defineProperty(globalThis, 'isSecureContext', { value: false }));
    await page.goto(`${base}/panel?tenant=acme&id=${id}`);
    expect(await verdictIn(page)).toBe('ok');
    expect(await page.textContent('.seal-note')).toContain('not secure');
  });
});

withChromium('verify.html, in Chromium, from a disk', () => {
  let folder: string;
  beforeAll(async () => {
    const html = assets['verify.html']?.body ?? '';
    writeFileSync(join(work, 'verify.html'), html);
    const answer = await fetch(`${base}/audit/api/entries/${id}/proof?tenant=acme`, {
      headers: { 'x-audit-viewer': '1' },
    });
    const { files } = (await answer.json()) as { files: Record<string, string> };
    folder = mkdtempSync(join(work, 'proof-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), Buffer.from(text, 'base64'));
  });

  const check = async (
    change?: (folder: string) => void,
  ): Promise<{ page: Page; wrong: string[]; asked: string[] }> => {
    change?.(folder);
    const opened = await open(pathToFileURL(join(work, 'verify.html')).href);
    await opened.page.setInputFiles('input[name="folder"]', folder);
    await opened.page.waitForSelector('.seal-verdict');
    return opened;
  };

  it('says what verify-proof says: incomplete without a key, verified with it, and asks nobody', async () => {
    const { page, wrong, asked } = await check();
    expect(await verdictIn(page)).toBe('unchecked');
    await page.fill('.seal-keys input', vkey);
    await page.click('.seal-keys form .button');
    await page.waitForSelector('.seal-verdict[data-verdict="ok"]');
    expect(await page.textContent('.seal-verdict')).toContain('VERIFIED');
    expect(await page.textContent('.seal')).toContain('invoice.approve');
    // What was stored is text, and shows itself.
    expect(await page.textContent('.seal')).toContain('<img src=x onerror=alert(1)>');
    expect(await page.$('.seal img')).toBeNull();
    expect(wrong).toEqual([]);
    expect(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
  });

  it('finds the byte that is another, and names what it is of', async () => {
    const { page } = await check((at) => {
      const file = join(at, 'data.bytes');
      writeFileSync(file, '{}');
    });
    expect(await verdictIn(page)).toBe('differs');
    expect(await page.textContent('[data-is="differs"]')).toContain('section data');
    expect(await page.textContent('.seal-verdict')).toContain('TAMPERED');
  });
});
