export interface Goal {
  readonly goal: string;
  readonly atMost: number;
  /** The median of the rounds. */
  readonly measured: number;
  /** The middle half of the rounds. */
  readonly spread: readonly [number, number];
  readonly outcome: 'met' | 'missed' | 'cannot tell';
  readonly met: boolean;
}

export function goals(capture: readonly object[], engine?: string): Goal[];
export function clientGoals(latency: readonly object[], engine?: string, rival?: string): Goal[];
export function httpGoals(http: readonly object[]): Goal[];
