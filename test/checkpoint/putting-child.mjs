/** Puts checkpoints until it is ended, and says of each that is kept. Arguments: kind of anchor, path, origin, first size. */
import { createHash } from 'node:crypto';
import { directoryAnchor, fileAnchor } from '../../dist/esm/checkpoint/index.js';

const [kind, path, origin, first] = process.argv.slice(2);
const anchor = kind === 'file' ? fileAnchor(path) : directoryAnchor(path);
for (let size = Number(first); ; size += 2) {
  const root = createHash('sha256').update(String(size)).digest('base64');
  await anchor.put({ origin, size, note: `${origin}\n${size}\n${root}\n\n— ${origin} AAAAAA==\n` });
  process.stdout.write(`${size}\n`);
}
