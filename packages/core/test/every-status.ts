import type { Decision } from '../src/kernel/decision.ts'

/** A machine, with one of its states for every status. */
export interface Machine<State extends { readonly status: string }, Command, Event> {
  readonly states: readonly State[]
  readonly decide: (state: State, command: Command) => Decision<Event, unknown, { readonly code: string }>
  readonly evolve: (state: State, event: Event) => State
}

/** The first of these states in each status. */
export const oneOfEach = <State extends { readonly status: string }>(states: readonly State[]): readonly State[] =>
  states.filter(({ status }, index) => states.findIndex((other) => other.status === status) === index)

/**
 * How a machine answers one command in each of its statuses, by answer: the events with the status they end in
 * (`captured → completed`), `unchanged`, or the code of the refusal.
 */
export const answersOf =
  <State extends { readonly status: string }, Command, Event extends { readonly type: string }>({
    states,
    decide,
    evolve,
  }: Machine<State, Command, Event>) =>
  (command: Command): Readonly<Record<string, readonly string[]>> => {
    const answers: Record<string, string[]> = {}
    for (const state of states) {
      const decision = decide(state, command)
      const answer = !decision.ok
        ? decision.refusal.code
        : decision.events.length === 0
          ? 'unchanged'
          : `${decision.events.map(({ type }) => type).join(', ')} → ${decision.events.reduce(evolve, state).status}`
      answers[answer] = [...(answers[answer] ?? []), state.status]
    }
    return answers
  }
