import { headerList, type Message } from './bus.ts';

/** How the client produces. */
export const PRODUCER = {
  idempotent: true,
  acks: -1,
  // With the same sequence numbers, when a connection ends before the answer has come. Whose leader is another one by now
  // is sent anew, and to the new one: the client would send all that it had for the old one to one of the new ones.
  retries: 2,
  retryDelay: 250,
  repeatOnStaleMetadata: false,
} as const;

/** A message as the client takes it. */
export const sendable = ({ topic, key, value, ...message }: Message) => ({
  ...{ topic, ...(key && { key }), ...(value && { value }) },
  headers: new Map(headerList(message).map(([name, content]) => [Buffer.from(name), content])),
});
