import type { Seldom } from '../seldom.ts';
import { kafkaErrors, plain } from './errors.ts';
import { type Fetcher, type Topic, Undecodable } from './fetcher.ts';
import type { Lane } from './lane.ts';
import { placeName } from './place.ts';

interface Times {
  /** In milliseconds, until a partition is asked for again that could not be read. */
  readonly pause: number;
  /** The same for one with a batch that cannot be read, which nobody mends soon. */
  readonly undecodable: number;
}

/** Keeps the lanes of a member filled, as far as they have room. */
export class Pump {
  /** The topics that are there, and who leads their partitions. */
  known: ReadonlyMap<string, Topic> = new Map();
  private readonly fetching = new Set<number>();
  private isOver = false;

  constructor(
    private readonly fetcher: Fetcher,
    private readonly lanes: ReadonlyMap<string, Lane>,
    private readonly seldom: Seldom,
    private readonly times: Times,
  ) {}

  stop(): void {
    this.isOver = true;
  }

  /** The lanes of the partitions that are the member's. */
  own(): Lane[] {
    return [...this.lanes.values()].filter(({ isOwned }) => isOwned);
  }

  trouble(error: unknown): void {
    if (!this.isOver) this.seldom.warn(plain(error), 'partitions are not read now, which is tried again');
  }

  /** Asks each broker for all partitions that it leads and that have room, in one request at a time. */
  wake(): void {
    if (this.isOver) return;
    const now = Date.now();
    const ready = this.own().filter((lane) => lane.next !== undefined && lane.hasRoom && lane.notBefore <= now);
    for (const [node, lanes] of Map.groupBy(ready, (lane) => this.known.get(lane.topic)?.leaders[lane.partition])) {
      if (node === undefined) this.later(lanes, this.times.pause);
      else if (!this.fetching.has(node)) {
        this.fetching.add(node);
        const alone = lanes.find(({ suspect }) => suspect);
        void this.fetch(node, alone ? [alone] : lanes).finally(() => {
          this.fetching.delete(node);
          this.wake();
        });
      }
    }
  }

  /** Learns where those partitions end that are not fetched now: of one that stands still it must be seen how far it falls behind. */
  async look(): Promise<void> {
    for (const lane of this.own().filter(({ hasRoom, notBefore }) => !hasRoom || notBefore > Date.now())) {
      const { life } = lane;
      const end = await this.fetcher.edge(lane, -1n);
      if (life === lane.life) lane.end = end;
    }
  }

  private later(lanes: readonly Lane[], pause: number): void {
    for (const lane of lanes) lane.notBefore = Date.now() + pause;
    setTimeout(() => void this.refresh().finally(() => this.wake()), pause).unref();
  }

  private async fetch(node: number, lanes: readonly Lane[]): Promise<void> {
    const asked = lanes.map((lane) => ({ lane, life: lane.life, offset: lane.next! }));
    try {
      const fetched = await this.fetcher.fetch(
        node,
        asked.map(({ lane: { topic, partition, id }, offset }) => ({ topic, partition, id, offset })),
        ...(lanes[0]!.suspect ? [1] : []),
      );
      for (const { lane, life, offset } of asked) {
        const answer = fetched.get(placeName(lane));
        if (!answer || life !== lane.life || this.isOver) continue;
        lane.suspect = false;
        if (!('error' in answer)) {
          lane.end = answer.end;
          lane.take(answer.messages, answer.next);
        } else if (answer.error === 'OFFSET_OUT_OF_RANGE') await this.restart(lane, offset);
        else {
          this.trouble(new Error(`${answer.error} of ${placeName(lane)}`));
          this.later([lane], this.times.pause);
        }
      }
    } catch (error) {
      if (error instanceof Undecodable) this.suspect(lanes, error);
      else {
        // A session of fetches ends with each error, and the next request begins another one.
        if (!kafkaErrors(error).some((name) => /FETCH_SESSION/.test(name))) this.trouble(error);
        this.later(lanes, this.times.pause);
      }
    }
  }

  /** The offset is not there any more, or not yet: what is there is read. */
  private async restart(lane: Lane, offset: bigint): Promise<void> {
    const { life } = lane;
    const first = await this.fetcher.edge(lane, -2n);
    if (life !== lane.life) return;
    lane.next = first;
    this.seldom.warn(`offset ${offset}, and the first is ${first}`, `${placeName(lane)} is read from its beginning`);
  }

  /** Finds the one batch that cannot be read: one partition after the other, and one batch at a time. */
  private suspect(lanes: readonly Lane[], { message }: Error): void {
    const [lane] = lanes as [Lane];
    if (lane.suspect) {
      this.seldom.error(message, `${placeName(lane)} stands still at offset ${lane.next}, and no other partition does`);
      this.later(lanes, this.times.undecodable);
    }
    for (const lane of lanes) lane.suspect = true;
  }

  private async refresh(): Promise<void> {
    try {
      const found = await this.fetcher.topics([...this.known.keys()]);
      const same = [...found].filter(([name, { id }]) => id === this.known.get(name)?.id);
      this.known = new Map([...this.known, ...same]);
    } catch (error) {
      this.trouble(error);
    }
  }
}
