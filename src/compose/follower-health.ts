import type { FollowerState } from '../store/follow.port.js';

/** How a follower is, whichever process runs it: numbers and times, nothing that was logged. */
export interface FollowerHealth {
  readonly name: string;
  /** Some process runs it. */
  readonly alive: boolean;
  /** Sealed entries that wait for it; 10,000 are counted at most. */
  readonly lag: number;
  /** Since the oldest of them was sealed, in milliseconds; `null`: none waits. */
  readonly lagMs: number | null;
  /** Attempts in a row that failed. */
  readonly failures: number;
  /** Entries that it has set aside. */
  readonly dead: number;
}

/** An entry that waits longer than this waits for somebody to look. */
const OLD_MS = 60_000;

export function followerHealth({ name, alive, lag, lagMs, failures, dead }: FollowerState): FollowerHealth {
  return { name, alive, lag, lagMs: lagMs === null ? null : Math.round(lagMs), failures, dead };
}

/** Why somebody should look, one sentence each. */
export function behind(followers: readonly FollowerState[]): readonly string[] {
  return followers.flatMap(({ name, lag, atLeast, lagMs, failures, dead, alive, trouble }) => [
    ...(trouble === undefined
      ? []
      : [
          `follower ${name} does not go on: ${trouble === 'edited' ? 'its row was changed by hand' : 'the log does not have what it handled last'}; find out why, then "nestjs-prisma-audit follow reset ${name}"`,
        ]),
    ...(lagMs !== null && lagMs > OLD_MS
      ? [
          `follower ${name} is ${lag}${atLeast ? ' or more' : ''} entries behind, the oldest sealed ${Math.round(lagMs / 1000)} s ago${alive ? '' : ', and no process runs it'}${failures > 0 ? `; ${failures} attempts in a row failed` : ''}`,
        ]
      : []),
    ...(dead > 0
      ? [
          `follower ${name} has set ${dead} ${dead === 1 ? 'entry' : 'entries'} aside: "nestjs-prisma-audit follow dead-letters ${name}"`,
        ]
      : []),
  ]);
}
