import { protocolErrorsCodesById } from '@platformatic/kafka';
import { placeName } from './place.ts';

export const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';

/** Whose fault an error is. What is not named here passes: leaders, replicas, disks, networks. */
const FAULTS: Readonly<Record<string, 'record' | 'topic' | 'name'>> = {
  MESSAGE_TOO_LARGE: 'record',
  RECORD_LIST_TOO_LARGE: 'record',
  INVALID_RECORD: 'record',
  INVALID_TIMESTAMP: 'record',
  CORRUPT_MESSAGE: 'record',
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 'record',
  [UNKNOWN_TOPIC]: 'topic',
  TOPIC_AUTHORIZATION_FAILED: 'topic',
  INVALID_TOPIC_EXCEPTION: 'name',
};
export const faultOf = (error: string) => FAULTS[error] ?? 'passing';

/** What the client makes of an answer: a tree, with names of Kafka's errors at its leaves. */
interface ClientError extends Error {
  readonly code?: string;
  readonly apiId?: string;
  readonly errors?: readonly ClientError[];
  readonly response?: unknown;
}

/** All errors in a tree of errors, causes too, the first ones first. */
export function* leaves(error: unknown): Generator<ClientError> {
  if (!(error instanceof Error)) return;
  const { errors = [], cause } = error as ClientError;
  for (const inner of [...errors, cause]) yield* leaves(inner);
  yield error;
}

/** Kafka's own names of what went wrong. */
export const kafkaErrors = (error: unknown): string[] =>
  [...leaves(error)].map(({ apiId }) => apiId).filter((name) => name !== undefined);

/** What a broker has said of a topic; not that there is no broker. */
export const topicError = (error: unknown): string | undefined =>
  error instanceof Error && /^Unknown topic/.test(error.message) ? UNKNOWN_TOPIC : kafkaErrors(error)[0];

/** In few words: a client that is refused says the same ten times, with as many stacks. */
export function plain(error: unknown): string {
  const said = new Set<string>();
  for (const { apiId, message, errors } of leaves(error)) {
    if (errors?.length) continue;
    said.add(apiId ? `${apiId} (${message})` : message);
  }
  return [...said].slice(0, 2).join(': ').slice(0, 200) || String(error).slice(0, 200);
}

/** What the brokers have said of each partition, by the names of Kafka's errors: those that have taken it say NONE. */
export function answersIn(error: unknown): Map<string, string> {
  const answers = new Map<string, string>();
  const { produced } = error as { produced?: { offsets?: { topic: string; partition: number }[] } };
  for (const place of produced?.offsets ?? []) answers.set(placeName(place), 'NONE');
  for (const { response } of leaves(error)) {
    const { responses = [] } = (response ?? {}) as {
      responses?: { name: string; partitionResponses?: { index: number; errorCode: number }[] }[];
    };
    for (const { name: topic, partitionResponses = [] } of responses) {
      for (const { index: partition, errorCode } of partitionResponses) {
        const said = (protocolErrorsCodesById as Record<number, string>)[errorCode] ?? `error ${errorCode}`;
        const written = said === 'DUPLICATE_SEQUENCE_NUMBER' ? 'NONE' : said;
        const place = placeName({ topic, partition });
        // A batch that was sent again and taken for a repetition is there.
        if (answers.get(place) !== 'NONE') answers.set(place, written);
      }
    }
  }
  return answers;
}
