export interface Goal {
  readonly goal: string;
  readonly atMost: number;
  readonly measured: number;
  readonly met: boolean;
}

export function goals(capture: readonly object[], engine?: string): Goal[];
export function clientGoals(latency: readonly object[], engine?: string, rival?: string): Goal[];
export function httpGoals(http: readonly object[]): Goal[];
