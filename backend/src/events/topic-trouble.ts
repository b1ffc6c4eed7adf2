import { faultOf } from './errors.ts';

/** What is the matter with a topic, for good or for now. */
export interface Trouble {
  readonly reason: string;
  readonly final: boolean;
}

/** Remembers what was said of topics that are not there or not allowed, and gives them time. */
export class TopicTrouble {
  /** Since when a topic is not there or not allowed, by what is said of it, and when that was said last. */
  private readonly missing = new Map<string, { readonly since: number; readonly last: number }>();

  constructor(
    /** Milliseconds for a topic to be made, or to be allowed. */
    private readonly patience: number,
    /** Milliseconds between two such answers after which that time begins anew. */
    private readonly gap: number,
  ) {}

  /** What `error` says of the topic, and whether its messages wait for it any longer. */
  judge(topic: string, error: string): Trouble {
    const reason = `${error}: topic ${topic}`;
    const fault = faultOf(error);
    if (fault !== 'topic') return { reason, final: fault === 'name' };
    const now = performance.now();
    const before = this.missing.get(reason);
    const since = before && now - before.last <= this.gap ? before.since : now;
    this.missing.set(reason, { since, last: now });
    return { reason, final: now - since >= this.patience };
  }

  /** Who may ask about a topic may still not be allowed to write to it. */
  found(topic: string, noMore: readonly string[]): void {
    for (const error of noMore) this.missing.delete(`${error}: topic ${topic}`);
  }
}
