/**
 * @param left of that time, where something else has taken the rest
 * @throws when there is no answer after that time: the work goes on, and nobody waits for it any more
 */
export async function within<T>(
  milliseconds: number,
  work: Promise<T>,
  who = 'Kafka',
  left = milliseconds,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${who} did not answer within ${milliseconds} ms`)), left);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
