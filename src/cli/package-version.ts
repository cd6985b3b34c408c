import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Of the package that this process was started from. */
export function packageVersion(): string {
  try {
    const file = join(dirname(realpathSync(process.argv[1] ?? '')), '../../../package.json');
    return String((JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }).version);
  } catch {
    return 'unknown';
  }
}
