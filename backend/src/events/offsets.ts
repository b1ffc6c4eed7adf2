import type { Consumer } from '@platformatic/kafka';
import type { Lane } from './lane.ts';

/** The client does not say it of a message; it is optional. */
const UNKNOWN_EPOCH = -1;

/** How far a group has read, as one member of it asks and says. */
export class Offsets {
  generation: number | undefined;
  private memberId: string | null = null;

  constructor(
    private readonly member: Consumer,
    private readonly client: Consumer,
  ) {}

  /**
   * From now on for this member in this generation. @returns whether nobody else can have had a partition that was the
   * member's in the generation before, too: it goes on where it is
   */
  speakFor(memberId: string, generation: number | undefined): boolean {
    const goesOn = generation === (this.generation ?? 0) + 1 && memberId === this.memberId;
    this.generation = generation;
    this.memberId = memberId;
    return goesOn;
  }

  /** What the group knows of these partitions, by topic and number; -1 where it knows nothing. */
  async committed(lanes: readonly Lane[]): Promise<Map<string, bigint[]>> {
    const byTopic = Map.groupBy(lanes, ({ topic }) => topic);
    const topics = [...byTopic].map(([topic, of]) => ({ topic, partitions: of.map(({ partition }) => partition) }));
    return this.speaker().listCommittedOffsets({ topics });
  }

  /** Says how far these partitions are done. What was said already is not said again. */
  async commit(own: readonly Lane[]): Promise<void> {
    // Between two generations the client has the number of the new one, and the partitions of the old one.
    if (this.generation === undefined || this.generation !== this.member.generationId) return;
    const moved = own.filter(({ position, committed }) => position !== committed);
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
    this.client.memberId = this.memberId;
    this.client.generationId = this.generation ?? 0;
    return this.client;
  }
}
