import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from '@platformatic/kafka';
import { within } from '../within.ts';
import { type Message, NotPublished, type RefusedMessage } from './bus.ts';
import { answersIn, faultOf, plain, topicError, UNKNOWN_TOPIC } from './errors.ts';
import { cut, enter, LARGEST_BATCH, type OutgoingLane, type RecordBatch } from './outgoing-lane.ts';
import { placeName } from './place.ts';
import { sendable } from './producer.ts';
import { TopicTrouble, type Trouble } from './topic-trouble.ts';

export const TIMES = {
  /** For all that a call does: the transaction of whoever calls is open until then, and ends after 30 s without a statement. */
  deadline: 10_000,
  /** For leaders that are being chosen, when there is nothing else to send; what still has none is left to the next call. */
  leaders: 3000,
  /** Between two attempts. */
  pause: 250,
  /** For a topic to be made, or to be allowed: until then its messages wait, and then they are refused. */
  topic: 30_000,
  /** Between two such answers: after a longer one, in which others may have had better ones, that time begins anew. */
  gap: 15_000,
};

/** How often a record alone may come damaged before it counts as damaged where it comes from. */
const DAMAGED = 3;

const TOO_LARGE = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

/** Of a topic's partitions, or what is the matter with it. */
type Count = number | Trouble;

/** Sends messages of any number and size, and finds those that Kafka refuses. */
export class Publisher {
  private producer: Producer | undefined;
  private readonly trouble: TopicTrouble;

  constructor(
    private readonly connect: () => Producer,
    private readonly times = TIMES,
  ) {
    this.trouble = new TopicTrouble(times.topic, times.gap);
  }

  /** As the bus says of it. */
  async publish(messages: readonly Message[]): Promise<RefusedMessage[]> {
    const published = new Set<Message>();
    const refusals: RefusedMessage[] = [];
    const end = performance.now() + this.times.deadline;
    let problem = '';
    try {
      const given = Map.groupBy(messages, ({ topic }) => topic);
      const counts = await this.partitions([...given.keys()], end);
      const lanes = new Map<string, OutgoingLane>();
      for (const [topic, ofTopic] of given) {
        const count = counts.get(topic)!;
        for (const message of ofTopic) {
          if (typeof count === 'number') enter(lanes, message, count);
          else if (count.final) refusals.push({ message, reason: count.reason });
          else problem = count.reason;
        }
      }
      problem = (await this.sendAll([...lanes.values()], end, published, refusals)) ?? problem;
    } catch (error) {
      problem = plain(error);
    }
    if (problem) throw new NotPublished(problem, published, refusals);
    return refusals;
  }

  async close(): Promise<void> {
    await this.producer?.close();
  }

  /** @returns what is the matter with what could not be sent */
  private async sendAll(lanes: OutgoingLane[], end: number, published: Set<Message>, refusals: RefusedMessage[]) {
    let patience: number | undefined;
    for (;;) {
      const left = lanes.filter(({ waiting }) => waiting.length > 0);
      if (left.length === 0) return undefined;
      const now = performance.now();
      // Whoever has a problem waits until the others are done.
      const ready = left.filter(({ problem }) => !problem);
      if (now >= end) {
        const problem = left.map(({ problem }) => problem).find(Boolean);
        return problem ?? `Kafka did not take all of it within ${this.times.deadline} ms`;
      }
      if (ready.length === 0) {
        patience ??= Math.min(now + this.times.leaders, end);
        // Whoever calls waits for all, and has more for the others by then.
        if (published.size > 0 || now + this.times.pause >= patience) return left[0]!.problem;
        await sleep(this.times.pause);
        this.producer?.clearMetadata();
      }
      const batches = cut(ready.length > 0 ? ready : left, refusals);
      if (batches.length === 0) continue;
      const errors = await this.send(batches, end);
      for (const batch of batches) this.settle(batch, errors.get(placeName(batch.lane)), published, refusals);
    }
  }

  private settle(
    { lane, messages, size }: RecordBatch,
    error: string | undefined,
    done: Set<Message>,
    refusals: RefusedMessage[],
  ) {
    lane.problem = undefined;
    if (error === undefined) {
      for (const message of lane.waiting.splice(0, messages.length)) done.add(message);
      lane.damaged = 0;
      this.trouble.found(lane.topic, [UNKNOWN_TOPIC, 'TOPIC_AUTHORIZATION_FAILED']);
    } else if (faultOf(error) === 'record' && messages.length > 1) {
      // Halves, until the one that is refused is alone.
      lane.limit = size / 2;
    } else if (error === 'CORRUPT_MESSAGE' && ++lane.damaged < DAMAGED) {
      // It may have been damaged on the way, and is sent again.
      return;
    } else if (faultOf(error) === 'record') {
      lane.damaged = 0;
      const reason = `${error}: ${size} bytes as a batch of its own, and topic ${lane.topic} does not take it`;
      refusals.push({ message: lane.waiting.shift()!, reason });
      // What comes behind it is not to blame, unless the topic takes small batches only.
      if (!TOO_LARGE.includes(error)) lane.limit = LARGEST_BATCH;
    } else {
      const { reason, final } = this.trouble.judge(lane.topic, error);
      lane.problem = `${reason}, partition ${lane.partition}`;
      if (final) refusals.push(...lane.waiting.splice(0).map((message) => ({ message, reason })));
    }
  }

  /** @returns the error of each partition that has not taken its batch */
  private async send(batches: RecordBatch[], end: number): Promise<Map<string, string>> {
    this.producer ??= this.connect();
    const producer = this.producer;
    const messages = batches.flatMap(({ lane: { topic, partition }, messages }) =>
      messages.map((message) => ({ ...sendable(message), topic, partition })),
    );
    try {
      await this.before(end, producer.send({ messages }));
      return new Map();
    } catch (error) {
      const answers = answersIn(error);
      const isAnswered = batches.every(({ lane }) => answers.has(placeName(lane)));
      if (!isAnswered) {
        // Which of the sequence numbers the brokers have seen is not known any more: an idempotent producer that goes on
        // from there could have the next records taken for repetitions. A new one starts with new numbers.
        this.producer = undefined;
        producer.close().catch(() => {});
        if (answers.size === 0) throw error;
      }
      return new Map(
        batches
          .map(({ lane }) => [placeName(lane), answers.get(placeName(lane)) ?? 'NETWORK_EXCEPTION'] as const)
          .filter(([, answer]) => answer !== 'NONE'),
      );
    }
  }

  /** How many partitions each topic has, or what is the matter with it. */
  private async partitions(topics: string[], end: number): Promise<Map<string, Count>> {
    this.producer ??= this.connect();
    const producer = this.producer;
    const ask = async (asked: string[]) => {
      // The client sorts what it is given.
      const metadata = await this.before(end, producer.metadata({ topics: [...asked], retries: 0 }));
      return asked.map((topic) => [topic, metadata.topics.get(topic)!.partitionsCount] as const);
    };
    try {
      const counts = new Map(await ask(topics));
      for (const topic of topics) this.trouble.found(topic, [UNKNOWN_TOPIC]);
      return counts;
    } catch (error) {
      if (!topicError(error)) throw error;
      // One by one: the answer to a question about many does not say for sure whose error it is.
      const counts = new Map<string, Count>();
      for (const topic of topics) {
        try {
          counts.set(topic, (await ask([topic]))[0]![1]);
          this.trouble.found(topic, [UNKNOWN_TOPIC]);
        } catch (reason) {
          const found = topicError(reason);
          if (!found) throw reason;
          counts.set(topic, this.trouble.judge(topic, found));
        }
      }
      return counts;
    }
  }

  private before<T>(end: number, work: Promise<T>): Promise<T> {
    return within(this.times.deadline, work, 'Kafka', end - performance.now());
  }
}
