import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is what it should become. @throws Error with the last answer after a minute */
export async function until<T>(what: string, ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (Date.now() > end)
      throw new Error(`waited for ${what}, and the last answer is ${JSON.stringify(answer)?.slice(0, 500)}`);
    await sleep(50);
  }
}

/** Tries again until it succeeds. */
export const untilDone = (what: string, work: () => Promise<unknown>): Promise<boolean> =>
  until(
    what,
    () =>
      work().then(
        () => true,
        () => false,
      ),
    (done) => done,
  );
