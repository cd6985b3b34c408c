import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PATHS = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']; // prettier-ignore

/** Where one is; in CI it must be. */
export function findChromium(): string | undefined {
  const path = PATHS.find((each) => each !== undefined && each !== '' && existsSync(each));
  if (path === undefined && process.env['CI'] === 'true') throw new Error('there is no Chromium: .ci/run installs it');
  return path;
}

export const launch = (executablePath: string): Promise<Browser> => chromium.launch({ executablePath, args: FLAGS });
