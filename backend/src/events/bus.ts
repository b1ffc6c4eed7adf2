export type Headers = Record<string, Buffer>;

/** As they are on the wire: names may repeat, and keep their case. */
export type HeaderList = readonly (readonly [name: string, content: Buffer])[];

export interface Message {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Of what was read: by names in lower case, the last one of each. */
  readonly headers: Headers;
  /** All of what was read; what has them is published with these. */
  readonly headerList?: HeaderList;
}

export const headerList = ({ headers, headerList }: Pick<Message, 'headers' | 'headerList'>): HeaderList =>
  headerList ?? Object.entries(headers);

/** What Kafka does not take, whoever sends it and whenever: too large, no valid record, no such topic for a while. */
export interface RefusedMessage {
  /** The very one that was passed in. */
  readonly message: Message;
  /** With Kafka's name of the error, and how large it was. */
  readonly reason: string;
}

/** Not everything is done; what is left can be sent again. */
export class NotPublished extends Error {
  override readonly name = 'NotPublished';

  constructor(
    problem: string,
    /** On all replicas in sync: to send them again would double them. */
    readonly published: ReadonlySet<Message>,
    readonly refusals: readonly RefusedMessage[],
  ) {
    super(problem);
  }
}

/** A message, and where it was read. */
export interface Received extends Message {
  readonly partition: number;
  readonly offset: bigint;
}

/** Gives up only when `closing` says so: a message whose handling was rejected comes again. */
export type Handle = (message: Received, closing: AbortSignal) => Promise<void>;

/** How far a group is behind in one partition. */
export interface Lag {
  readonly topic: string;
  readonly partition: number;
  /** Messages. */
  readonly lag: number;
}

export interface Subscription {
  readonly group: string;
  /** Of the partitions that are this member's, as far as it is known. */
  lags(): Lag[];
  /** Finishes what it has begun, says how far it came, and leaves the group. */
  close(): Promise<void>;
}

/** What the backend needs of a message broker. */
export interface EventBus {
  /**
   * Resolves when every message is on all replicas in sync or refused for itself, which then does not change by sending it
   * again: those are returned. Messages with one key keep their order. Not to be called again before.
   * @throws NotPublished when something is left: Kafka is away, or a partition has no leader
   */
  publish(messages: readonly Message[]): Promise<RefusedMessage[]>;

  /**
   * Hands each message to `handle` until it is closed, those of one partition one after another. A message counts as
   * read when `handle` has resolved; one that was handled just before a crash comes again.
   */
  subscribe(group: string, topics: readonly string[], handle: Handle): Subscription;

  /**
   * Hands the messages of one partition to `handle`, from `first` to `last`, both included, or to the end, outside of any
   * group. @throws Error that says what there is, if there is no such topic, partition or offset
   */
  read(
    place: { readonly topic: string; readonly partition: number },
    range: { readonly first: bigint; readonly last?: bigint },
    handle: (message: Received) => Promise<void>,
  ): Promise<void>;

  /** @throws Error when the broker does not answer */
  check(): Promise<void>;

  close(): Promise<void>;
}
