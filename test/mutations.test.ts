import { tryMutations } from './mutations/mutations';

it('x', () => {
  const begun = Date.now();
  const outcome = tryMutations(Number(process.env['SEED'] ?? 1), Number(process.env['COUNT'] ?? 300));
  console.log(
    outcome.accepted,
    outcome.refused,
    outcome.wrong.length,
    Date.now() - begun,
    '\n' + outcome.wrong.slice(0, 25).join('\n'),
  );
}, 600000);
