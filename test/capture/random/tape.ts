/**
 * Decisions read from a list of numbers, so that a program is data that fast-check can shrink: a shorter list and smaller
 * numbers are a simpler program. What is not on the list is 0, the simplest decision.
 */
export class Tape {
  private at = 0;
  constructor(private readonly numbers: readonly number[]) {}

  /** A number below `n`. */
  below(n: number): number {
    return n <= 1 ? 0 : (this.numbers[this.at++] ?? 0) % n;
  }

  /** The first choice is the simplest one. */
  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  }

  /** True in so many cases of a hundred; never by default. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  /** Some of the items, in their order; none by default. */
  some<T>(items: readonly T[], percent: number): T[] {
    return items.filter(() => this.chance(percent));
  }

  /** One at least. */
  times<T>(most: number, make: () => T): T[] {
    return Array.from({ length: 1 + this.below(most) }, make);
  }
}
