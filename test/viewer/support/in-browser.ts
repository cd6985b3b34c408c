import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { findChromium, launch } from './chromium.js';
import { visit, type Visit, type VisitOptions } from './visit.js';

const path = findChromium();
if (path === undefined) console.warn('no Chromium here: the page is not opened');

/** Whether a test that opens the page can: where not, it need not prepare anything. */
export const hasChromium = path !== undefined;

/** Tests that look at the page. Whatever goes wrong in any page that is opened fails the test: errors, dialogs, the policy, other servers. */
export function inBrowser(name: string, define: (open: (options?: VisitOptions) => Promise<Visit>) => void): void {
  (hasChromium ? describe : describe.skip)(name, () => {
    let browser: Browser;
    let visits: Visit[] = [];
    beforeAll(async () => {
      browser = await launch(path ?? '');
    }, 60_000);
    afterAll(() => browser?.close());
    afterEach(async () => {
      const wrong = visits.flatMap((each) => each.wrong);
      await Promise.all(visits.map((each) => each.close()));
      visits = [];
      expect(wrong).toEqual([]);
    });
    define(async (options) => {
      const made = await visit(browser, options);
      visits.push(made);
      return made;
    });
  });
}
