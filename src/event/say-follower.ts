/** What is known of a follower, for sentences about it. */
export interface FollowerFacts {
  readonly name: string;
  readonly alive: boolean;
  readonly lag: number;
  readonly atLeast: boolean;
  /** Milliseconds. */
  readonly lagMs: number | null;
  readonly failures: number;
  readonly dead: number;
  readonly trouble: 'edited' | 'ahead' | undefined;
}

/** An entry that waits longer than this waits for somebody to look. */
const OLD_MS = 60_000;

const TROUBLE = {
  edited: 'its row in the table follower was changed by hand',
  ahead: 'the log does not have the entry that it handled last: a restored database, or somebody changed the log',
} as const;

/** Why a follower must not go on; nothing where it may. */
export function whyStopped({ name, trouble }: Pick<FollowerFacts, 'name' | 'trouble'>): string | undefined {
  return trouble && `follower ${name} does not go on: ${TROUBLE[trouble]}`;
}

export const sayWhereToGoOn = (name: string): string =>
  `find out why, then say where it goes on: "nestjs-prisma-audit follow reset ${name}"`;

/** That somebody should look at how far it is behind. */
export function howFarBehind({ name, alive, lag, atLeast, lagMs, failures }: FollowerFacts): string | undefined {
  if (lagMs === null || lagMs <= OLD_MS) return undefined;
  const since = `the oldest sealed ${Math.round(lagMs / 1000)} s ago`;
  return `follower ${name} is ${lag}${atLeast ? ' or more' : ''} entries behind, ${since}${alive ? '' : ', and no process runs it'}${failures > 0 ? `; ${failures} attempts in a row failed` : ''}`;
}

export function hasSetAside({ name, dead }: FollowerFacts): string | undefined {
  return dead === 0 ? undefined : `follower ${name} has set ${dead} ${dead === 1 ? 'entry' : 'entries'} aside`;
}

export const sayHowToSettle = (name: string): string =>
  `"nestjs-prisma-audit follow dead-letters ${name}", then replay or skip`;
