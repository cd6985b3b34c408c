import type { LogLockOptions } from '../store/postgres/index.js';
import { complain, joined, line, paint } from './terminal.js';

/** For commands that change the log: who keeps them waiting is said while they wait. */
export const waiting: LogLockOptions = {
  onWait: (holders) =>
    complain(
      line`${paint.yellow('waiting')} for the lock under which the log is changed, held by ${joined(holders, ', ')}`,
    ),
};
