import { visibleJson } from '../../event/visible.js';
import type { Anchor } from '../port.js';
import { checkPut } from './note-head.js';
import { anchorUnavailable } from './unavailable.js';

/** What is asked of a stream; the process's own is one. */
export interface LineStream {
  write(text: string, done: (error?: Error | null) => void): unknown;
}

/**
 * A line of JSON on standard output for each checkpoint, for whoever ships logs: `{"audit":"checkpoint","origin","size","note"}`. `put`
 * resolves when the line is written: whether it arrives is not known here, and nothing can be listed.
 */
export function stdoutAnchor(stream?: LineStream): Anchor {
  const name = 'standard output';
  return {
    name,
    put: async (checkpoint) => {
      checkPut(checkpoint);
      const { origin, size, note } = checkpoint;
      const line = `${visibleJson({ audit: 'checkpoint', origin, size, note })}\n`;
      await new Promise<void>((resolve, reject) => {
        (stream ?? process.stdout).write(line, (error) =>
          error ? reject(anchorUnavailable(name, `the line was not written: ${error.message}`, error)) : resolve(),
        );
      });
    },
  };
}
