import type { FollowerState } from '../store/follow.port.js';
import { hasSetAside, howFarBehind, sayHowToSettle, sayWhereToGoOn, whyStopped } from '../event/say-follower.js';

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

export function followerHealth({ name, alive, lag, lagMs, failures, dead }: FollowerState): FollowerHealth {
  return { name, alive, lag, lagMs: lagMs === null ? null : Math.round(lagMs), failures, dead };
}

/** Why somebody should look, one sentence each. */
export function behind(followers: readonly FollowerState[]): readonly string[] {
  return followers.flatMap((state) => {
    const [stopped, aside] = [whyStopped(state), hasSetAside(state)];
    return [
      stopped && `${stopped}; ${sayWhereToGoOn(state.name)}`,
      howFarBehind(state),
      aside && `${aside}: ${sayHowToSettle(state.name)}`,
    ].filter((reason) => reason !== undefined);
  });
}
