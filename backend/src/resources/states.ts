import { Type } from 'typebox';
import type { Work } from '../database/database.ts';
import type { EventData, EventType } from '../events/catalogue.ts';
import { Problem } from '../http/problem.ts';
import { lock, type Resource, update } from './resource.ts';

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

/** A resource that goes from state to state, and what it announces when it has reached one. */
export interface Stateful<State extends string, Row> extends Resource<Row> {
  readonly states: StateMachine<State>;
  readonly announcements: Readonly<Partial<Record<State, EventType>>>;
}

/** @returns nothing if there is no such row. @throws Problem 409 if the state cannot follow the present one */
export async function transition<State extends string, Row extends { state: State; version: number }>(
  work: Work,
  resource: Stateful<State, Row>,
  id: string,
  state: State,
): Promise<Row | undefined> {
  const before = await lock(work.db, resource, id);
  if (!before) return undefined;
  assertTransition(resource.states, before.state, state);
  return enter(work, resource, id, state);
}

/** Sets the state of a row that is locked, and announces it. */
export async function enter<State extends string, Row extends { state: State; version: number }>(
  work: Work,
  resource: Stateful<State, Row>,
  id: string,
  state: State,
): Promise<Row> {
  const row = await update(work.db, resource, id, { state } as Partial<Row>);
  const type = resource.announcements[state];
  if (type) work.announce(type, id, row.version, row as EventData<EventType>);
  return row;
}
