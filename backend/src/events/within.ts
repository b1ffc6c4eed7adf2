/** @throws when there is no answer after that time: the work goes on, and nobody waits for it any more */
export async function within<T>(milliseconds: number, work: Promise<T>, who = 'Kafka'): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${who} did not answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
