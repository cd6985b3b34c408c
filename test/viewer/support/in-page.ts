import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Bundled as the page is, by the aliases of the page. */
export function bundle(entry: string, min = false): string {
  const run = spawnSync(process.execPath, [here('bundle.mjs'), here(entry), ...(min ? ['min'] : [])], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}

/** What a browser has, and nothing of Node's. */
const BROWSER = { TextEncoder, TextDecoder, atob, btoa, crypto, performance, URL, ArrayBuffer, Uint8Array };

/** What a file exports, bundled and run where nothing of Node is. */
export function inPage<T>(entry: string): T {
  const context = vm.createContext({ ...BROWSER });
  vm.runInContext(bundle(entry), context);
  return context['bundled'] as T; // what the bundle leaves there
}
