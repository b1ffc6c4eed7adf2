/** A partition of a topic. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

export const placeName = ({ topic, partition }: Place) => `${topic}:${partition}`;
