import { Type } from 'typebox';

/** For each state, those that may follow it. The first one is where everything begins. */
export type StateMachine<State extends string> = Readonly<Record<State, readonly State[]>>;

/** Where everything of the machine begins. */
export const first = <State extends string>(machine: StateMachine<State>) => Object.keys(machine)[0] as State;

/** The schema of a property that holds a state of the machine. */
export const stateOf = <State extends string>(machine: StateMachine<State>) =>
  Type.Unsafe<State>(Type.String({ enum: Object.keys(machine) }));
