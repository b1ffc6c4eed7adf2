import { Type } from 'typebox';
import { Problem } from '../http/problem.ts';

/** For each state, those that may follow it. The first one is where everything begins. */
export type StateMachine<State extends string> = Readonly<Record<State, readonly State[]>>;

/** The schema of a property that holds a state of the machine. */
export const stateOf = <State extends string>(machine: StateMachine<State>) =>
  Type.Unsafe<State>(Type.String({ enum: Object.keys(machine) }));

/** @throws Problem 409 that names the states that may follow */
export function assertTransition<State extends string>(machine: StateMachine<State>, from: State, to: State): void {
  if (machine[from].includes(to)) return;
  const next = machine[from].length > 0 ? `it may become ${machine[from].join(' or ')}` : 'that is final';
  throw new Problem(409, 'conflict', `The state is ${from}, and cannot become ${to}: ${next}.`);
}
