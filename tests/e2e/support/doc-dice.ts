/**
 * Chance that can be had again: every random choice of the documents' suites comes from here, from
 * a seed that a failing run prints and `DOCS_SEED` sets.
 */

/** How many times the usual work a run does; for nightly runs. */
export const EFFORT = Math.max(1, Number(process.env.DOCS_EFFORT ?? 1));

export class Dice {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** The seed of this run, told to whoever has to repeat it. */
  static rolled(): Dice {
    const seed = Number(process.env.DOCS_SEED ?? Math.floor(Math.random() * 2 ** 31));
    return new Dice(seed);
  }

  /** In [0, 1): mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  among<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)]!;
  }

  /** Dice of their own, for somebody whose rolls must not depend on the others' timing. */
  another(): Dice {
    return new Dice(Math.floor(this.next() * 2 ** 31));
  }

  /** Time that passes in the world under test: between two keystrokes, between two cuts. */
  pause(low: number, high: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.between(low, high)));
  }
}
