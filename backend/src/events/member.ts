import type { Consumer, ConsumerGroupJoinPayload } from '@platformatic/kafka';
import type { Seldom } from '../seldom.ts';
import { within } from '../within.ts';
import { plain } from './errors.ts';
import { type Fetcher, signature } from './fetcher.ts';
import type { Lane } from './lane.ts';
import { Offsets } from './offsets.ts';
import { type Place, placeName } from './place.ts';
import { Pump } from './pump.ts';

/** In milliseconds. */
export const TIMES = {
  /** Between two requests that say how far the member has come, if there is something new. */
  commit: 500,
  /** Between two looks at the topics and at the member's heartbeats. */
  watch: 5000,
  /** Without a heartbeat that was answered: longer than a rebalance may last. */
  unheard: 45_000,
  /** Until a partition is asked for again that could not be read. */
  pause: 500,
  /** The same for one with a batch that cannot be read, which nobody mends soon. */
  undecodable: 30_000,
  /** For the last words. */
  farewell: 5000,
};

interface Surroundings {
  /** In the group, and nothing else: what reads waits in connections of its own. */
  readonly client: Consumer;
  readonly fetcher: Fetcher;
  readonly topics: readonly string[];
  /** Of all partitions that the subscription has had: a message may still be at work in one that is not its own any more. */
  readonly lanes: Map<string, Lane>;
  readonly lane: (place: Place) => Lane;
  /** Of the topics as the members before knew them. */
  readonly ids: Map<string, string>;
  readonly seldom: Seldom;
}

/** One life in a consumer group, from joining it until something is the matter that only a new member can mend. */
export class Member {
  private readonly pump: Pump;
  private readonly offsets: Offsets;
  /** Topics that were made again since the member before: what the group knows of the old ones says nothing about them. */
  private readonly remade = new Set<string>();
  private telling: Promise<void> | undefined;
  private changed = false;
  private joined = Date.now();
  private readonly over = Promise.withResolvers<void>();
  private isOver = false;

  constructor(
    private readonly around: Surroundings,
    private readonly times = TIMES,
  ) {
    this.over.promise.catch(() => {});
    const { client, fetcher, lanes, seldom } = around;
    this.pump = new Pump(fetcher, lanes, seldom, times);
    this.offsets = new Offsets(client, fetcher.client);
  }

  /** @throws Error that says why it is over, unless `end` was called */
  async run(): Promise<void> {
    const timers: NodeJS.Timeout[] = [];
    try {
      await Promise.race([this.join(), this.over.promise]);
      timers.push(setInterval(() => this.tell(), this.times.commit));
      timers.push(setInterval(() => void this.watch().catch((error) => this.pump.trouble(error)), this.times.watch));
      await this.over.promise;
    } finally {
      timers.forEach(clearInterval);
    }
  }

  private async join(): Promise<void> {
    const { client, fetcher, topics, ids } = this.around;
    client.on('error', (error: Error) => this.fail(error));
    client.on('consumer:group:join', (payload) => this.assigned(payload));
    this.pump.known = await fetcher.topics(topics);
    if (this.pump.known.size === 0) throw new Error(`none of its topics is there: ${topics.join(', ')}`);
    for (const [topic, { id }] of this.pump.known) {
      if ((ids.get(topic) ?? id) !== id) this.remade.add(topic);
      ids.set(topic, id);
    }
    // A topic that is not there keeps nobody from the others.
    client.topics.trackAll(...this.pump.known.keys());
    await client.joinGroup({});
    this.joined = Date.now();
  }

  /** A lane has room again. */
  wake(): void {
    this.pump.wake();
  }

  /** Reads no more. */
  end(): void {
    this.isOver = true;
    this.pump.stop();
    this.over.resolve();
  }

  /** Says a last time how far it came, and leaves. What Kafka does not take then comes again. */
  async leave(): Promise<void> {
    this.isOver = true;
    this.pump.stop();
    const { client, fetcher, lanes, seldom } = this.around;
    const last = Promise.resolve(this.telling).then(() => this.offsets.commit(this.pump.own()));
    await within(this.times.farewell, last).catch((error) => {
      seldom.warn(plain(error), 'the last offsets are not committed, and these events come again');
    });
    for (const lane of lanes.values()) lane.lose();
    await within(2 * this.times.farewell, Promise.all([client.close(true), fetcher.close()])).catch((error) => {
      seldom.warn(plain(error), 'the group is not told that a member leaves, and will notice');
    });
  }

  private fail(error: Error): void {
    this.isOver = true;
    this.pump.stop();
    this.over.reject(error);
  }

  private assigned({ generationId, memberId, assignments }: ConsumerGroupJoinPayload): void {
    const { lanes } = this.around;
    const goesOn = this.offsets.speakFor(memberId, generationId);
    const own = new Set<string>();
    for (const { topic, partitions } of assignments ?? []) {
      for (const partition of partitions) {
        const place = placeName({ topic, partition });
        own.add(place);
        const lane = lanes.get(place) ?? this.around.lane({ topic, partition });
        lanes.set(place, lane);
        if (!lane.isOwned || !goesOn) lane.own(this.pump.known.get(topic)?.id ?? '');
      }
    }
    for (const [place, lane] of lanes) {
      if (own.has(place)) continue;
      lane.lose();
      if (lane.isIdle) lanes.delete(place);
    }
    void this.locate();
  }

  /** Finds out where the partitions begin that are new to the member. */
  private async locate(): Promise<void> {
    const { generation } = this.offsets;
    const lanes = this.pump.own().filter(({ next }) => next === undefined);
    try {
      if (lanes.length > 0) {
        const committed = await this.offsets.committed(lanes);
        for (const lane of lanes) {
          const offset = committed.get(lane.topic)?.[lane.partition] ?? -1n;
          const isKnown = offset >= 0n && !this.remade.has(lane.topic);
          const begin = isKnown ? offset : await this.around.fetcher.edge(lane, -2n);
          if (generation !== this.offsets.generation || this.isOver) return;
          lane.next = begin;
          lane.committed = isKnown ? begin : undefined;
        }
        this.remade.clear();
      }
      this.pump.wake();
    } catch (error) {
      if (generation !== this.offsets.generation || this.isOver) return;
      this.pump.trouble(error);
      setTimeout(() => void this.locate(), this.times.pause).unref();
    }
  }

  private tell(): void {
    this.telling ??= this.offsets
      .commit(this.pump.own())
      .catch((error) => {
        if (!this.isOver) this.around.seldom.warn(plain(error), 'offsets are not committed, which is tried again');
      })
      .finally(() => {
        this.telling = undefined;
      });
  }

  private async watch(): Promise<void> {
    const heard = this.around.client.lastHeartbeat?.getTime() ?? this.joined;
    if (Date.now() - heard > this.times.unheard) return this.fail(new Error('no heartbeat is answered any more'));
    const before = signature(this.pump.known);
    const found = await this.around.fetcher.topics(this.around.topics);
    // Twice: a broker that has just started does not know of all topics yet.
    const isOther = signature(found) !== before;
    if (isOther && this.changed) {
      for (const lane of this.pump.own()) if (found.get(lane.topic)?.id !== lane.id) lane.lose();
      this.fail(new Error('topics or partitions have come or gone'));
    }
    this.changed = isOther;
    if (!isOther) this.pump.known = found;
    await this.pump.look();
  }
}
