import { complain, line, paint, whenOutputBreaks } from './terminal.js';

/**
 * 1 is what Node ends with after an error that nobody caught; of `verify` it would say that the log was tampered with. Imported
 * for its effect, before anything else.
 */
export const COULD_NOT_RUN = 2;

function end(error: unknown): never {
  // Whoever reads no more need not be told.
  if (codeOf(error) !== 'EPIPE') {
    try {
      complain(line`${paint.red('error:')} ${error instanceof Error ? error.message : 'something that is no error was thrown'}`); // prettier-ignore
    } catch {
      // nobody is there to be told
    }
  }
  process.exit(COULD_NOT_RUN);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

process.on('uncaughtException', end);
process.on('unhandledRejection', end);
whenOutputBreaks(end);
