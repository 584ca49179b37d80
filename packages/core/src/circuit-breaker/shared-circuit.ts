import { second, type Instant } from '../kernel/instant.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { CircuitBreakerStates } from '../ports/circuit-breaker-states.ts'
import type { Clock } from '../ports/clock.ts'
import type { Ids } from '../ports/ids.ts'
import type { Logger } from '../ports/logger.ts'
import { circuitTeller, type CircuitBreakerObserver } from './circuit-news.ts'
import {
  decideCircuitBreaker,
  defaultCircuitBreakerPolicy,
  evolveCircuitBreaker,
  freshCircuitBreaker,
  type CircuitBreaker,
  type CircuitBreakerCommand,
  type CircuitBreakerEvent,
  type CircuitBreakerPolicy,
  type CircuitOpen,
} from './circuit-breaker.ts'

/** What a host gives a provider's circuit breaker. */
export interface CircuitBreakerOptions {
  /** Where it lives: the same place for all processes that are to share it. */
  readonly states: CircuitBreakerStates
  /** What it is called there. Default: `payment_provider`. Two accounts at providers have two. */
  readonly name?: string
  readonly policy?: Partial<CircuitBreakerPolicy>
  /** How long a process goes by what it has read, in milliseconds. Default: a second. */
  readonly believeMs?: number
  readonly observe?: CircuitBreakerObserver
}

/** Leave to make a call. A probe's bears its id. */
export interface CircuitPass {
  readonly probe?: string
}

/** A circuit breaker as one process sees it. */
export interface Circuit {
  /** Asks to make a call. Refuses: `circuit_open`. Whoever gets leave must say how the call ended. */
  enter(): Promise<Result<CircuitPass, CircuitOpen>>
  /** The same for a call that may turn out to be none, as for a page behind the last: it becomes no probe. */
  goOn(): Promise<Result<CircuitPass, CircuitOpen>>
  /** Says how a call ended. Never throws: the answer of a call must not be lost over it. */
  leave(pass: CircuitPass, outcome: 'answer' | 'outage'): Promise<void>
  /** For how long yet nobody may call; `undefined` where somebody may, if only as the probe. */
  waitMs(): Promise<number | undefined>
  /** The same for a call that is not even begun where it may not be made: one more that is refused. */
  turnAway(): Promise<number | undefined>
  /** Whether calls are not made, as far as is known without asking. */
  readonly isOpen: boolean
}

/**
 * A circuit breaker that several processes share, as this one sees it.
 *
 * A process goes by what it has read for a moment, and by its own notes at once: while all is well, one call a second reads
 * and none writes. So for a second after it has opened, another process may still call; and an answer ends a count that other
 * processes have begun only once its own has read of it, within a second.
 *
 * Where the store cannot be asked, a process goes by what it knew; it becomes no probe then.
 *
 * @throws RangeError for a policy that is not of positive whole numbers.
 */
export const sharedCircuit = (
  { states, name = 'payment_provider', policy: chosen = {}, believeMs = second, observe }: CircuitBreakerOptions,
  { clock, ids, logger }: { readonly clock: Clock; readonly ids: Ids; readonly logger: Logger },
): Circuit => {
  const policy = checked({ ...defaultCircuitBreakerPolicy, ...chosen })
  const teller = circuitTeller(name, logger, observe)
  let believed: { readonly breaker: CircuitBreaker; readonly at?: Instant } = { breaker: freshCircuitBreaker }
  let reading: Promise<void> | undefined
  let isClaiming = false

  const believe = (breaker: CircuitBreaker): void => {
    believed = { breaker, at: clock.now() }
  }
  const isFresh = (): boolean => {
    const age = believed.at === undefined ? believeMs : clock.now() - believed.at
    return age >= 0 && age < believeMs
  }
  const notReached = (error: unknown): undefined => {
    teller.notReached(error)
    // Not asked anew for each call while nobody answers.
    believe(believed.breaker)
    return undefined
  }
  const read = async (): Promise<void> => {
    const known = believed
    const breaker = await states.read(name).catch(notReached)
    // What was noted meanwhile is newer than what was read.
    if (breaker !== undefined && believed === known) believe(breaker)
  }
  /** Reads it where what is known is too old: once, however many ask. */
  const refresh = async (): Promise<void> => {
    if (isFresh()) return
    reading ??= read().finally(() => {
      reading = undefined
    })
    await reading
  }

  const eventsOf = (breaker: CircuitBreaker, command: CircuitBreakerCommand): readonly CircuitBreakerEvent[] => {
    const decision = decideCircuitBreaker(breaker, command, policy)
    return decision.ok ? decision.events : []
  }
  /** Changes what is stored, and answers what it is then; `undefined` where the store was not reached. */
  const change = async (command: CircuitBreakerCommand): Promise<CircuitBreaker | undefined> => {
    const next = (breaker: CircuitBreaker) => eventsOf(breaker, command).reduce(evolveCircuitBreaker, breaker)
    const changed = await states.change(name, next).catch(notReached)
    if (changed === undefined) return undefined
    believe(changed.after)
    for (const event of eventsOf(changed.before, command)) teller.moved(event, changed, command.at)
    return changed.after
  }

  const isKnownOpen = (): boolean => believed.breaker.status !== 'closed' && isFresh()
  const look = () => decideCircuitBreaker(believed.breaker, { type: 'ask', at: clock.now(), id: nobody }, policy)
  const becomeProbe = async (): Promise<Result<CircuitPass, CircuitOpen>> => {
    // One call of this process tries to: the others would only wait for it at the store.
    if (isClaiming) return err(somebodyElseIs)
    isClaiming = true
    const id = ids.token()
    const after = await change({ type: 'ask', at: clock.now(), id })
    isClaiming = false
    if (after === undefined) return err(somebodyElseIs)
    if (after.status === 'half_open' && after.probe.id === id) return ok({ probe: id })
    const decision = look()
    if (!decision.ok) return err(decision.refusal)
    return after.status === 'closed' ? ok({}) : err(somebodyElseIs)
  }

  const admit = async (probe: () => Promise<Result<CircuitPass, CircuitOpen>>) => {
    await refresh()
    const decision = look()
    const entered = !decision.ok
      ? err(decision.refusal)
      : decision.events.length === 0
        ? ok<CircuitPass>({})
        : await probe()
    if (!entered.ok) teller.refused(entered.error, clock.now())
    return entered
  }

  const waitMs = async (): Promise<number | undefined> => {
    await refresh()
    const decision = look()
    return decision.ok ? undefined : decision.refusal.retryAfterMs
  }

  return {
    enter: () => admit(becomeProbe),
    goOn: () => admit(async () => err(somebodyElseIs)),
    async leave(pass, outcome) {
      const command = { type: outcome === 'answer' ? 'note_answer' : 'note_outage', at: clock.now(), ...pass } as const
      // Where all is well an answer is nothing new; and of those that were under way when it opened, the probe alone counts.
      const isNews = outcome === 'answer' ? eventsOf(believed.breaker, command).length > 0 : !isKnownOpen()
      if (pass.probe !== undefined || isNews) await change(command)
    },
    waitMs,
    async turnAway() {
      const retryAfterMs = await waitMs()
      if (retryAfterMs !== undefined) teller.refused({ code: 'circuit_open', retryAfterMs }, clock.now())
      return retryAfterMs
    },
    get isOpen() {
      return !look().ok
    },
  }
}

/** Whoever only wants to know. No probe has this id. */
const nobody = ''

const somebodyElseIs: CircuitOpen = { code: 'circuit_open', retryAfterMs: second }

const checked = (policy: CircuitBreakerPolicy): CircuitBreakerPolicy => {
  for (const [field, value] of Object.entries(policy))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`A circuit breaker's ${field} is a positive whole number, not ${String(value)}.`)
  return policy
}
