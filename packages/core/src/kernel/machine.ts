/** status → event → next status. A pair that is absent is illegal. */
export type Transitions<Status extends string, On extends string> = {
  readonly [From in Status]: { readonly [E in On]?: Status }
}

/** The statuses in which `On` may happen, read off the table. */
export type From<T, On> = { [S in keyof T]: On extends keyof T[S] ? S : never }[keyof T]

/** The statuses `On` may lead to, read off the table. */
export type To<T, On> = { [S in keyof T]: On extends keyof T[S] ? T[S][On] : never }[keyof T]

/** One function per event, whose domain and range the table dictates: the two cannot disagree. */
export type Appliers<State extends { readonly status: string }, Event extends { readonly type: string }, T> = {
  readonly [On in Event['type']]: (
    state: Extract<State, { readonly status: From<T, On> }>,
    event: Extract<Event, { readonly type: On }>,
  ) => Extract<State, { readonly status: To<T, On> }>
}

/** True when the table has an edge for `on` leaving `from`. */
export const allows = (table: Transitions<string, string>, from: string, on: string): boolean =>
  table[from]?.[on] !== undefined

/** Thrown by {@link evolver} when history contains an edge the table lacks: a bug, never a user error. */
export class IllegalTransition extends Error {
  override readonly name = 'IllegalTransition'
  constructor(from: string, on: string) {
    super(`No transition from '${from}' on '${on}'.`)
  }
}

/** Builds `evolve` from the table and its appliers. The only cast in the machine lives here. */
export const evolver =
  <
    State extends { readonly status: string },
    Event extends { readonly type: string },
    T extends Transitions<State['status'], Event['type']>,
  >(
    table: T,
    appliers: Appliers<State, Event, T>,
  ): ((state: State, event: Event) => State) =>
  (state, event) => {
    if (!allows(table, state.status, event.type)) throw new IllegalTransition(state.status, event.type)
    const apply = (appliers as unknown as Record<string, (state: State, event: Event) => State>)[event.type]
    if (apply === undefined) throw new IllegalTransition(state.status, event.type)
    const next = apply(state, event)
    const expected = table[state.status as State['status']][event.type as Event['type']]
    // An arm shared by several edges may return any of their targets as far as the compiler can tell.
    if (next.status !== expected)
      throw new IllegalTransition(state.status, `${event.type} (arm answered '${next.status}')`)
    return next
  }
