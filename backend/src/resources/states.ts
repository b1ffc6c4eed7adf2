import type { Work } from '../database/database.ts';
import type { EventData, EventType } from '../events/catalogue.ts';
import type { StateMachine } from '../schemas/states.ts';
import { Refusal } from './refusal.ts';
import { lock, type Resource, update } from './resource.ts';

/** @throws Refusal that names the states that may follow */
export function assertTransition<State extends string>(machine: StateMachine<State>, from: State, to: State): void {
  if (machine[from].includes(to)) return;
  const next = machine[from].length > 0 ? `it may become ${machine[from].join(' or ')}` : 'that is final';
  throw new Refusal('conflict', `The state is ${from}, and cannot become ${to}: ${next}.`);
}

/** A resource that goes from state to state, and what it announces when it has reached one. */
export interface Stateful<State extends string, Row> extends Resource<Row> {
  readonly states: StateMachine<State>;
  readonly announcements: Readonly<Partial<Record<State, EventType>>>;
}

interface Bookkept<State> {
  readonly id: string;
  readonly state: State;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** @returns nothing if there is no such row. @throws Refusal if the state cannot follow the present one */
export async function transition<State extends string, Row extends Bookkept<State>>(
  work: Work,
  resource: Stateful<State, Row>,
  id: string,
  state: State,
): Promise<Row | undefined> {
  const before = await lock(work.db, resource, id);
  if (!before) return undefined;
  assertTransition(resource.states, before.state, state);
  return enter(work, resource, before, state);
}

/** Sets the state of a row that is locked, and announces it. */
export function enter<State extends string, Row extends Bookkept<State>>(
  work: Work,
  resource: Stateful<State, Row>,
  before: Row,
  state: State,
): Row {
  const row = update(work.db, resource, before, { state } as Partial<Row>);
  const type = resource.announcements[state];
  if (type) work.announce(type, row.id, row.version, row as EventData<EventType>);
  return row;
}
