import type { FollowerState } from '../store/follow.port.js';
import type { DeadLetter } from '../store/postgres/index.js';
import { clip, line, paint, print, table } from './terminal.js';

export interface ListedFollower extends FollowerState {
  readonly error?: string | null;
  readonly setBy?: string | null;
  readonly setAt?: string | null;
}

const TROUBLE = {
  edited: 'its row was changed by hand: follow reset',
  ahead: 'the log does not have what it handled last: follow reset',
} as const;

export function printFollowers(followers: readonly ListedFollower[]): void {
  if (followers.length === 0) return print('there are no followers');
  const rows = followers.map(({ name, alive, lag, atLeast, lagMs, failures, dead, replay, trouble, error, setBy, setAt }) => [
    name,
    alive ? 'follows' : paint.yellow('nobody runs it'),
    `${lag}${atLeast ? ' or more' : ''}`,
    lagMs === null ? '' : `${Math.round(lagMs / 1000)} s`,
    `${dead}${replay > 0 ? ` (${replay} to be replayed)` : ''}`,
    trouble !== undefined ? paint.red(TROUBLE[trouble]) : failures > 0 ? clip(`${failures} attempts failed: ${error ?? ''}`, 120) : setBy ? `moved by ${setBy}, ${setAt ?? ''}` : '',
  ]); // prettier-ignore
  print(table(['follower', '', 'behind', 'since', 'set aside', ''], rows));
}

export function printDeadLetters(letters: readonly DeadLetter[]): void {
  if (letters.length === 0) return print('nothing is set aside');
  print(
    table(
      ['entry', 'chain', 'sealed', 'state', 'tries', 'reason'],
      letters.map(({ id, chain, seq, sealedAt, state, tries, reason, setBy }) => [
        id,
        `${chain}/${seq}`,
        sealedAt,
        setBy === null || state === 'dead' ? state : line`${state} by ${setBy}`,
        String(tries),
        clip(reason, 200),
      ]),
    ),
  );
}
