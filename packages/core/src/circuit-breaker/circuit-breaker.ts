import { accept, reject, unchanged, type Decision } from '../kernel/decision.ts'
import { after, minute, second, type Instant } from '../kernel/instant.ts'
import { evolver, type Transitions } from '../kernel/machine.ts'

/** The one call that is let through while nobody else may call, and until when its answer is waited for. */
export interface Probe {
  /** Chosen by whoever calls: no two calls have the same. */
  readonly id: string
  /** From then on its process counts as dead, and another call may go in its place. */
  readonly until: Instant
}

/** Whether a provider is called, as all processes of a host see it together. */
export type CircuitBreaker =
  /** It is called. `outages`: how many calls in a row, up to the latest, have ended in an outage. */
  | { readonly status: 'closed'; readonly outages: number }
  /** It is not called. `since`: when it stopped being called; `probeAt`: when one call may go and see. */
  | { readonly status: 'open'; readonly since: Instant; readonly probeAt: Instant }
  /** One call is under way, and decides. */
  | { readonly status: 'half_open'; readonly since: Instant; readonly probe: Probe }

/** What can happen to a circuit breaker. */
export type CircuitBreakerEvent =
  | { readonly type: 'outage_counted' }
  | { readonly type: 'count_ended' }
  | { readonly type: 'opened'; readonly at: Instant; readonly probeAt: Instant }
  | { readonly type: 'half_opened'; readonly probe: Probe }
  | { readonly type: 'closed'; readonly at: Instant }

/** What can be asked of a circuit breaker, and what it is told. `probe`: the id of the probe, where the call was one. */
export type CircuitBreakerCommand =
  /** Somebody wants to call. Accepted or unchanged: they may; where they have become the probe, it bears their `id`. */
  | { readonly type: 'ask'; readonly at: Instant; readonly id: string }
  /** A call was answered, whatever the answer was. */
  | { readonly type: 'note_answer'; readonly at: Instant; readonly probe?: string }
  /** A call was not answered, or by an error that says nothing of what it asked for. */
  | { readonly type: 'note_outage'; readonly at: Instant; readonly probe?: string }

/** Nobody may call now. `retryAfterMs`: for how long yet, above 0. */
export interface CircuitOpen {
  readonly code: 'circuit_open'
  readonly retryAfterMs: number
}

/** What a host may choose about a circuit breaker. All are positive whole numbers. */
export interface CircuitBreakerPolicy {
  /** How many calls in a row have to end in an outage for it to open. */
  readonly outagesToOpen: number
  /** How long nobody calls, before one call goes and sees. */
  readonly openMs: number
  /** How long a probe is waited for. Longer than the provider's time-out, or a second probe meets the first. */
  readonly probeMs: number
}

/** Five outages in a row, a minute, and a minute. */
export const defaultCircuitBreakerPolicy: CircuitBreakerPolicy = { outagesToOpen: 5, openMs: minute, probeMs: minute }

/** A circuit breaker that nobody has told anything. */
export const freshCircuitBreaker: CircuitBreaker = { status: 'closed', outages: 0 }

/** status → event → status: all that may happen to a circuit breaker. A probe that was given up makes room for the next. */
export const circuitBreakerTransitions = {
  closed: { outage_counted: 'closed', count_ended: 'closed', opened: 'open' },
  open: { half_opened: 'half_open' },
  half_open: { half_opened: 'half_open', opened: 'open', closed: 'closed' },
} as const satisfies Transitions<CircuitBreaker['status'], CircuitBreakerEvent['type']>

/** The circuit breaker after an event. @throws IllegalTransition for an event its table forbids. */
export const evolveCircuitBreaker: (breaker: CircuitBreaker, event: CircuitBreakerEvent) => CircuitBreaker = evolver<
  CircuitBreaker,
  CircuitBreakerEvent,
  typeof circuitBreakerTransitions
>(circuitBreakerTransitions, {
  outage_counted: ({ outages }) => ({ status: 'closed', outages: outages + 1 }),
  count_ended: () => ({ status: 'closed', outages: 0 }),
  opened: (breaker, { at, probeAt }) => ({
    status: 'open',
    since: breaker.status === 'half_open' ? breaker.since : at,
    probeAt,
  }),
  half_opened: ({ since }, { probe }) => ({ status: 'half_open', since, probe }),
  closed: () => ({ status: 'closed', outages: 0 }),
})

/**
 * Decides what a command means for a circuit breaker as it stands.
 *
 * Total: every command in every status gets an answer. Only `ask` is ever refused: `circuit_open`; never for more than a few seconds
 * longer than it is open or a probe is waited for, however far the clock of somebody else is ahead. While it is open only its
 * probe counts: what comes of calls that were made before, or of a probe that was given up, changes nothing.
 */
export const decideCircuitBreaker = (
  breaker: CircuitBreaker,
  command: CircuitBreakerCommand,
  policy: CircuitBreakerPolicy = defaultCircuitBreakerPolicy,
): Decision<CircuitBreakerEvent, never, CircuitOpen> => {
  switch (command.type) {
    case 'ask':
      return ask(breaker, command, policy)
    case 'note_answer':
      if (breaker.status === 'closed') return breaker.outages === 0 ? unchanged : accept([{ type: 'count_ended' }])
      return isProbe(breaker, command) ? accept([{ type: 'closed', at: command.at }]) : unchanged
    case 'note_outage': {
      const opened = { type: 'opened', at: command.at, probeAt: after(command.at, policy.openMs) } as const
      if (breaker.status === 'closed')
        return accept([breaker.outages + 1 < policy.outagesToOpen ? { type: 'outage_counted' } : opened])
      return isProbe(breaker, command) ? accept([opened]) : unchanged
    }
  }
}

const ask = (
  breaker: CircuitBreaker,
  { at, id }: Extract<CircuitBreakerCommand, { readonly type: 'ask' }>,
  { openMs, probeMs }: CircuitBreakerPolicy,
): Decision<CircuitBreakerEvent, never, CircuitOpen> => {
  const halfOpened = { type: 'half_opened', probe: { id, until: after(at, probeMs) } } as const
  switch (breaker.status) {
    case 'closed':
      return unchanged
    case 'open':
      return isToCome(breaker.probeAt, at, openMs)
        ? closedTo(Math.min(breaker.probeAt - at, openMs))
        : accept([halfOpened])
    case 'half_open':
      if (breaker.probe.id === id) return unchanged
      return isToCome(breaker.probe.until, at, probeMs)
        ? closedTo(Math.min(breaker.probe.until - at, usualProbeMs))
        : accept([halfOpened])
  }
}

/** Still to come, and no further away than it was when it was set: else whoever set it has a clock that is ahead of ours, and may be gone. */
const isToCome = (until: Instant, at: Instant, setMs: number): boolean =>
  at < until && until - at <= setMs + usualDifferenceMs

// Between clocks that are kept right. Without it whoever is behind by a moment would probe as soon as another has opened it.
const usualDifferenceMs = 5 * second

// A probe that is answered is answered soon: whoever waits for it need not wait for as long as it may take.
const usualProbeMs = 5 * second

const closedTo = (retryAfterMs: number): { readonly ok: false; readonly refusal: CircuitOpen } =>
  reject({ code: 'circuit_open', retryAfterMs })

const isProbe = (breaker: CircuitBreaker, { probe }: { readonly probe?: string }): boolean =>
  breaker.status === 'half_open' && breaker.probe.id === probe
