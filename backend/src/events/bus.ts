export type Headers = Record<string, Buffer>;

export interface Message {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** A message, and where it was read. */
export interface Received extends Message {
  readonly partition: number;
  readonly offset: bigint;
}

/** Gives up only when `closing` says so: a message whose handling was rejected comes again. */
export type Handle = (message: Received, closing: AbortSignal) => Promise<void>;

export interface Subscription {
  /** Finishes what it has begun, says how far it came, and leaves the group. */
  close(): Promise<void>;
}

/** What the backend needs of a message broker. */
export interface EventBus {
  /** Resolves when every message is on all replicas in sync. Not to be called again before. */
  publish(messages: readonly Message[]): Promise<void>;

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
