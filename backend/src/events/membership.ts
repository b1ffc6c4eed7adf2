import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer } from '@platformatic/kafka';
import type { Logger } from 'pino';
import { Seldom } from '../seldom.ts';
import type { Handle, Lag, Subscription } from './bus.ts';
import { plain } from './errors.ts';
import type { Fetcher } from './fetcher.ts';
import { Lane } from './lane.ts';
import { Member, TIMES } from './member.ts';
import type { Place } from './place.ts';

const PAUSE_AFTER_FAILURE = 1000;
/** For messages that are being handled when the subscription is closed. */
const FAREWELL = 10_000;

/** Members of a consumer group, one after the other whatever happens, until it is closed. */
export class Membership implements Subscription {
  private readonly lanes = new Map<string, Lane>();
  private readonly ids = new Map<string, string>();
  private readonly closing = new AbortController();
  private readonly seldom: Seldom;
  private member: Member | undefined;
  private readonly running: Promise<void>;

  constructor(
    readonly group: string,
    private readonly connect: () => { readonly client: Consumer; readonly fetcher: Fetcher },
    private readonly topics: readonly string[],
    private readonly handle: Handle,
    private readonly log: Logger,
    private readonly times = TIMES,
  ) {
    this.seldom = new Seldom(log);
    this.running = this.run();
  }

  lags(): Lag[] {
    return [...this.lanes.values()].flatMap(({ isOwned, topic, partition, lag }) =>
      isOwned && lag !== undefined ? [{ topic, partition, lag }] : [],
    );
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.member?.end();
    await this.running;
  }

  private async run(): Promise<void> {
    const { topics, lanes, ids, seldom } = this;
    while (!this.closing.signal.aborted) {
      const { client, fetcher } = this.connect();
      const lane = (place: Place) =>
        new Lane(place, this.handle, this.closing.signal, new Seldom(this.log), () => this.member?.wake());
      this.member = new Member({ client, fetcher, topics, lanes, ids, lane, seldom }, this.times);
      try {
        await this.member.run();
        const done = Promise.all([...lanes.values()].map((lane) => lane.done()));
        await Promise.race([done, sleep(FAREWELL, undefined, { ref: false })]);
      } catch (error) {
        seldom.warn(plain(error), 'reading stops, and begins again');
        await sleep(PAUSE_AFTER_FAILURE, undefined, { signal: this.closing.signal }).catch(() => {});
      } finally {
        await this.member.leave();
      }
    }
  }
}
