import type { Work } from '../database/database.ts';
import type { Event, EventData, EventType } from '../events/catalogue.ts';

type Handler<T extends EventType> = (work: Work, event: Event & { readonly data: EventData<T> }) => Promise<void>;

/** Who reads which events, and what each of them does, in one transaction with the note that it was done. */
export interface Consumer {
  /** Also of its group in Kafka, after `bss-`. */
  readonly name: string;
  readonly topics: readonly string[];
  readonly handlers: { readonly [T in EventType]?: Handler<T> };
}
