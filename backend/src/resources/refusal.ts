/** What the rules of the business do not allow, and why. Whoever serves the one who asked knows how to say it there. */
export class Refusal extends Error {
  constructor(
    /** What stands in the way: how things are now, something named that is not there, or how much is left. */
    readonly kind: 'conflict' | 'unknown-reference' | 'too-much',
    detail: string,
  ) {
    super(detail);
  }
}
