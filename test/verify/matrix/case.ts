import type { LogSource, NamedAnchor, Policy } from '../../../src/verify/index.js';
import type { Tampering } from '../attacker.js';
import type { Fixture, FixtureName } from './fixtures.js';

/** L0: without a policy · L1: a policy with the key "one" · L2: the same, and an anchor. */
export const MATRIX_LEVELS = ['L0', 'L1', 'L2'] as const;
export type MatrixLevel = (typeof MATRIX_LEVELS)[number];

/** What an auditor has, apart from the database. */
export interface Auditor {
  readonly policy: Partial<Policy>;
  readonly anchors: readonly NamedAnchor[];
  readonly now?: () => number;
}

export interface MatrixCase {
  readonly name: string;
  /** @defaultValue `plain` */
  readonly on?: FixtureName;
  readonly steps?: readonly Tampering[];
  /** What is done to the auditor's side. @param level L1 or L2 @param seen the log after the steps */
  readonly auditor?: (
    has: Auditor,
    fixture: Fixture,
    level: MatrixLevel,
    seen: LogSource,
  ) => Auditor | Promise<Auditor>;
  /** What the server says of itself. */
  readonly server?: Partial<NonNullable<LogSource['evidence']>>;
  /**
   * All codes that are found, in the order of their names and with a blank between them. The empty text: it cannot be found at this
   * level, and the report says so in its first limit.
   */
  readonly finds: Readonly<Record<MatrixLevel, string>>;
  /** What the first limit says beside that: how much is not covered. */
  readonly says?: Partial<Readonly<Record<MatrixLevel, RegExp>>>;
  /** Nothing is wrong with it: that nothing is found is right. */
  readonly isRight?: true;
}

/** The same at each level; or at L0, and with a policy; or at L0, at L1 and at L2. */
export type Finds =
  readonly [all: string] | readonly [l0: string, policy: string] | readonly [l0: string, l1: string, l2: string];

export const finds = (codes: Finds): MatrixCase['finds'] => {
  const [L0, L1 = L0, L2 = L1] = codes;
  return { L0, L1, L2 };
};

export const right = (each: MatrixCase): MatrixCase => ({ ...each, isRight: true });
