import type { Consumer, ConsumerGroupJoinPayload } from '@platformatic/kafka';
import { kafkaErrors, plain } from './errors.ts';
import { type Fetcher, key, type Place, type Topic, Undecodable } from './fetcher.ts';
import type { Lane } from './lane.ts';
import type { Seldom } from './seldom.ts';
import { within } from './within.ts';

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

/** The client does not say it of a message; it is optional. */
const UNKNOWN_EPOCH = -1;

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
  private known = new Map<string, Topic>();
  private generation: number | undefined;
  private memberId: string | null = null;
  /** Topics that were made again since the member before: what the group knows of the old ones says nothing about them. */
  private readonly remade = new Set<string>();
  private readonly fetching = new Set<number>();
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
  }

  /** @throws Error that says why it is over, unless `end` was called */
  async run(): Promise<void> {
    const timers: NodeJS.Timeout[] = [];
    try {
      await Promise.race([this.join(), this.over.promise]);
      timers.push(setInterval(() => this.tell(), this.times.commit));
      timers.push(setInterval(() => void this.watch().catch((error) => this.trouble(error)), this.times.watch));
      await this.over.promise;
    } finally {
      timers.forEach(clearInterval);
    }
  }

  private async join(): Promise<void> {
    const { client, fetcher, topics, ids } = this.around;
    client.on('error', (error: Error) => this.fail(error));
    client.on('consumer:group:join', (payload) => this.assigned(payload));
    this.known = await fetcher.topics(topics);
    if (this.known.size === 0) throw new Error(`none of its topics is there: ${topics.join(', ')}`);
    for (const [topic, { id }] of this.known) {
      if ((ids.get(topic) ?? id) !== id) this.remade.add(topic);
      ids.set(topic, id);
    }
    // A topic that is not there keeps nobody from the others.
    client.topics.trackAll(...this.known.keys());
    await client.joinGroup({});
    this.joined = Date.now();
  }

  /** Reads no more. */
  end(): void {
    this.isOver = true;
    this.over.resolve();
  }

  /** Says a last time how far it came, and leaves. What Kafka does not take then comes again. */
  async leave(): Promise<void> {
    this.isOver = true;
    const { client, fetcher, lanes, seldom } = this.around;
    const last = Promise.resolve(this.telling).then(() => this.commit());
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
    this.over.reject(error);
  }

  private trouble(error: unknown): void {
    if (!this.isOver) this.around.seldom.warn(plain(error), 'partitions are not read now, which is tried again');
  }

  private assigned({ generationId, memberId, assignments }: ConsumerGroupJoinPayload): void {
    const { lanes } = this.around;
    // Nobody else can have had a partition that was the member's in the generation before, too: it goes on where it is.
    const goesOn = generationId === (this.generation ?? 0) + 1 && memberId === this.memberId;
    this.generation = generationId;
    this.memberId = memberId;
    const own = new Set<string>();
    for (const { topic, partitions } of assignments ?? []) {
      for (const partition of partitions) {
        const place = key({ topic, partition });
        own.add(place);
        const lane = lanes.get(place) ?? this.around.lane({ topic, partition });
        lanes.set(place, lane);
        if (!lane.isOwned || !goesOn) lane.own(this.known.get(topic)?.id ?? '');
      }
    }
    for (const [place, lane] of lanes) {
      if (own.has(place)) continue;
      lane.lose();
      if (lane.isIdle) lanes.delete(place);
    }
    void this.locate();
  }

  private own(): Lane[] {
    return [...this.around.lanes.values()].filter(({ isOwned }) => isOwned);
  }

  /** Finds out where the partitions begin that are new to the member. */
  private async locate(): Promise<void> {
    const { generation } = this;
    const lanes = this.own().filter(({ next }) => next === undefined);
    try {
      if (lanes.length > 0) {
        const byTopic = Map.groupBy(lanes, ({ topic }) => topic);
        const topics = [...byTopic].map(([topic, of]) => ({ topic, partitions: of.map(({ partition }) => partition) }));
        const committed = await this.speaker().listCommittedOffsets({ topics });
        for (const lane of lanes) {
          const offset = committed.get(lane.topic)?.[lane.partition] ?? -1n;
          const isKnown = offset >= 0n && !this.remade.has(lane.topic);
          const begin = isKnown ? offset : await this.around.fetcher.edge(lane, -2n);
          if (generation !== this.generation || this.isOver) return;
          lane.next = begin;
          lane.committed = isKnown ? begin : undefined;
        }
        this.remade.clear();
      }
      this.pump();
    } catch (error) {
      if (generation !== this.generation || this.isOver) return;
      this.trouble(error);
      setTimeout(() => void this.locate(), this.times.pause);
    }
  }

  /** Asks each broker for all partitions that it leads and that have room, in one request at a time. */
  pump(): void {
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
          this.pump();
        });
      }
    }
  }

  private later(lanes: readonly Lane[], pause: number): void {
    for (const lane of lanes) lane.notBefore = Date.now() + pause;
    setTimeout(() => void this.refresh().finally(() => this.pump()), pause);
  }

  private async fetch(node: number, lanes: readonly Lane[]): Promise<void> {
    const asked = lanes.map((lane) => ({ lane, life: lane.life, offset: lane.next! }));
    try {
      const fetched = await this.around.fetcher.fetch(
        node,
        asked.map(({ lane: { topic, partition, id }, offset }) => ({ topic, partition, id, offset })),
        ...(lanes[0]!.suspect ? [1] : []),
      );
      for (const { lane, life, offset } of asked) {
        const answer = fetched.get(key(lane));
        if (!answer || life !== lane.life || this.isOver) continue;
        lane.suspect = false;
        if (!('error' in answer)) lane.take(answer.messages, answer.next);
        else if (answer.error === 'OFFSET_OUT_OF_RANGE') await this.restart(lane, offset);
        else {
          this.trouble(new Error(`${answer.error} of ${key(lane)}`));
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
    const first = await this.around.fetcher.edge(lane, -2n);
    if (life !== lane.life) return;
    lane.next = first;
    this.around.seldom.warn(`offset ${offset}, and the first is ${first}`, `${key(lane)} is read from its beginning`);
  }

  /** Finds the one batch that cannot be read: one partition after the other, and one batch at a time. */
  private suspect(lanes: readonly Lane[], { message }: Error): void {
    const [lane] = lanes as [Lane];
    if (lane.suspect) {
      this.around.seldom.error(
        message,
        `${key(lane)} stands still at offset ${lane.next}, and no other partition does`,
      );
      this.later(lanes, this.times.undecodable);
    }
    for (const lane of lanes) lane.suspect = true;
  }

  private tell(): void {
    this.telling ??= this.commit()
      .catch((error) => {
        if (!this.isOver) this.around.seldom.warn(plain(error), 'offsets are not committed, which is tried again');
      })
      .finally(() => {
        this.telling = undefined;
      });
  }

  private async commit(): Promise<void> {
    // Between two generations the client has the number of the new one, and the partitions of the old one.
    if (this.generation === undefined || this.generation !== this.around.client.generationId) return;
    const moved = this.own().filter(({ position, committed }) => position !== committed);
    if (moved.length === 0) return;
    const told = moved.map((lane) => ({ lane, life: lane.life, offset: lane.position! }));
    await this.speaker().commit({
      offsets: told.map(({ lane: { topic, partition }, offset }) => ({
        ...{ topic, partition, offset, leaderEpoch: UNKNOWN_EPOCH },
      })),
    });
    for (const { lane, life, offset } of told) if (lane.life === life) lane.committed = offset;
  }

  /**
   * Says something for the member, once. The member's own client would join again by itself when its generation is over,
   * and then say the same in the new one, of partitions that are another's by now: that takes the group back.
   */
  private speaker(): Consumer {
    const { client } = this.around.fetcher;
    client.memberId = this.memberId;
    client.generationId = this.generation ?? 0;
    return client;
  }

  private async refresh(): Promise<void> {
    try {
      const found = await this.around.fetcher.topics(this.around.topics);
      for (const [name, topic] of found) if (topic.id === this.known.get(name)?.id) this.known.set(name, topic);
    } catch (error) {
      this.trouble(error);
    }
  }

  private async watch(): Promise<void> {
    const heard = this.around.client.lastHeartbeat?.getTime() ?? this.joined;
    if (Date.now() - heard > this.times.unheard) return this.fail(new Error('no heartbeat is answered any more'));
    const before = signature(this.known);
    const found = await this.around.fetcher.topics(this.around.topics);
    // Twice: a broker that has just started does not know of all topics yet.
    const isOther = signature(found) !== before;
    if (isOther && this.changed) {
      for (const lane of this.own()) if (found.get(lane.topic)?.id !== lane.id) lane.lose();
      this.fail(new Error('topics or partitions have come or gone'));
    }
    this.changed = isOther;
    if (!isOther) this.known = found;
  }
}

/** What a group has divided among its members. */
const signature = (topics: ReadonlyMap<string, Topic>) =>
  [...topics]
    .map(([name, { id, leaders }]) => `${name} ${id} ${leaders.length}`)
    .sort()
    .join();
