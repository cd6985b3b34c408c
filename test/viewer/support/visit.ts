import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SCREENS = fileURLToPath(new URL('../screens', import.meta.url));
/** What a browser says of an answer that is no success, whatever the page makes of it. */
const RESOURCE = /^Failed to load resource: /;

export interface VisitOptions {
  readonly user?: string | undefined;
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  readonly zone?: string;
}

/** Somebody at a browser: what they see, and all that went wrong meanwhile. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Refused requests are among them only while none are expected. */
  readonly wrong: readonly string[];
  /** From here on the server may refuse, and the network may be away. */
  readonly mayFail: () => void;
  close(): Promise<void>;
}

export async function visit(browser: Browser, { user, theme = 'light', width = 1280, height = 900, zone = 'Europe/Berlin' }: VisitOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    timezoneId: zone,
    locale: 'en-GB',
    acceptDownloads: true,
    reducedMotion: 'reduce',
    extraHTTPHeaders: user === undefined ? {} : { 'x-user': user },
  });
  const wrong: string[] = [];
  let isForgiving = false;
  await context.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`)));
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => wrong.push(`error: ${(error.stack ?? String(error)).slice(0, 1_500)}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    if (isForgiving && RESOURCE.test(message.text())) return;
    wrong.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (!['data:', 'blob:', 'file:'].includes(protocol) && hostname !== '127.0.0.1') wrong.push(`asked elsewhere: ${request.url()}`);
  });
  return { page, context, wrong, mayFail: () => void (isForgiving = true), close: () => context.close() };
} // prettier-ignore

/** What axe finds, in one line each. */
export async function axe(page: Page): Promise<string[]> {
  // By the debugger: no policy of the page has anything to say to it.
  await page.evaluate(readFileSync(AXE, 'utf8'));
  return await page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: { run(options: object): Promise<{ violations: { id: string; nodes: { target: unknown; failureSummary?: string }[] }[] }> } }).axe; // what the file leaves
    const { violations } = await run.run({ resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${String(node.target)} ${node.failureSummary ?? ''}`).join(' | ')}`);
  });
} // prettier-ignore

/** What makes the page wider than its window, so that it can be scrolled sideways; nothing where it cannot. */
export const overhang = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    scrollTo(10_000, scrollY);
    const by = scrollX;
    scrollTo(0, scrollY);
    if (by === 0) return [];
    const { right } = document.body.getBoundingClientRect();
    const wide = [...document.querySelectorAll('body *')].filter(
      (each) => each.getBoundingClientRect().right > right + 1,
    );
    return [`${by} px`, ...wide.slice(0, 8).map(({ tagName, className }) => `${tagName} ${String(className)}`)];
  });

export async function screenshot(page: Page, name: string, fullPage = false): Promise<void> {
  mkdirSync(SCREENS, { recursive: true });
  await page.evaluate((isWhole) => (isWhole ? scrollTo(0, 0) : undefined), fullPage); // its head stays at the top
  await page.screenshot({ path: join(SCREENS, `${name}.png`), fullPage, animations: 'disabled' });
}
