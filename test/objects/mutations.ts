import { tryMutations } from '../mutations/mutations';

/** The same ones each time, unless another seed is given: a failure names the number of its change. */
const seed = Number(process.env['MUTATIONS_SEED'] ?? 1);
/** `npm run test:mutations` tries 2000; here are as many as there is time for. */
const count = Number(process.env['MUTATIONS'] ?? 400);

it(`Of ${count} environments changed at random (seed ${seed}) each is written soundly, or refused in words`, () => {
  const { accepted, refused, wrong } = tryMutations(seed, count);
  expect(wrong).toEqual([]);
  // Neither is the exception.
  expect([accepted > count / 20, refused > count / 2, accepted + refused]).toEqual([true, true, count]);
}, 600_000);
