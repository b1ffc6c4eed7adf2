/** Numbers that look random and are the same for the same seed: https://en.wikipedia.org/wiki/Xorshift */
export class Random {
  private state: number;

  constructor(seed: number) {
    // Neighbouring seeds begin far apart, and none at 0, where it would stay.
    this.state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1;
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % end;
  }

  from<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}
