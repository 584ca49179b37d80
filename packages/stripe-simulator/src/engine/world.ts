import { randomAt, randomText } from './random.ts'
import { createStore, type Journal, type Store } from './store.ts'

/** How the simulated Stripe behaves where Stripe's own behaviour depends on the account or on chance. */
export interface Behaviour {
  /** What `livemode` is, whatever the API key says; undefined reads it off the key's prefix. */
  readonly livemode: boolean | undefined
  /** How long a bank debit takes from confirmation to its outcome. */
  readonly bankDebitSettlesAfterMs: number
  /** How long a failed webhook waits before the second attempt; each further wait is four times as long. */
  readonly webhookFirstRetryMs: number
  /** The longest wait between two attempts of a webhook. */
  readonly webhookLongestRetryMs: number
  /** How long a webhook is retried before it is given up. */
  readonly webhookGivesUpAfterMs: number
}

/** The call that is being executed, for what events say about their cause. */
export interface CurrentRequest {
  readonly id: string
  readonly idempotencyKey: string | null
  readonly livemode: boolean
  /** How old an object is before a list has it, in milliseconds; 0 unless told: lists have everything. */
  readonly listLagMs?: number
  /** Where the simulator is reached by this caller, without a trailing slash: the base of hosted pages' addresses. */
  readonly publicUrl: string
}

/** Everything a rule of the simulated Stripe may use: memory, time, chance and the call at hand. No I/O. */
export interface World extends Store {
  readonly behaviour: Behaviour
  /** Milliseconds since the epoch. While a timer runs this is the time it was due, not the time it was noticed. */
  readonly nowMs: () => number
  /** Whole seconds since the epoch, as Stripe's objects carry time. */
  readonly now: () => number
  /** Runs `work` as if it were `atMs`. */
  readonly at: <T>(atMs: number, work: () => T) => T
  /** Moves the clock forward for good. */
  readonly moveClock: (byMs: number) => void
  /** A new id such as `pi_3kTq…`, deterministic under a fixed seed and order of calls. */
  readonly newId: (prefix: string, length?: number) => string
  /** A number from 0 up to and without `bound`, deterministic like ids. */
  readonly random: (bound: number) => number
  /** The next number of a sequence that never repeats in one state. */
  readonly nextSequence: () => number
  /** Undefined while something happens by itself. */
  readonly request: () => CurrentRequest | undefined
  /** Runs `work` on behalf of a call. */
  readonly during: <T>(request: CurrentRequest, work: () => T) => T
}

/** What a {@link World} is made of. */
export interface WorldOptions {
  readonly seed: string
  /** The underlying clock in milliseconds; {@link World.moveClock} adds to it. */
  readonly now: () => number
  readonly behaviour: Behaviour
  readonly journal: Journal
}

/** An empty world. */
export const createWorld = ({ seed, now, behaviour, journal }: WorldOptions): World => {
  const store = createStore(journal)
  let pinnedMs: number | undefined
  let current: CurrentRequest | undefined

  const numberOf = (name: string): number => {
    const value = store.find('setting', name)?.value
    return typeof value === 'number' ? value : 0
  }
  const seedInUse = (): string => {
    const stored = store.find('setting', 'seed')?.value
    if (typeof stored === 'string') return stored
    store.put('setting', 'seed', { name: 'seed', value: seed })
    return seed
  }
  const draw = (): number => {
    const index = numberOf('draws')
    store.put('setting', 'draws', { name: 'draws', value: index + 1 })
    return index
  }
  const nowMs = (): number => pinnedMs ?? now() + numberOf('clock_offset_ms')

  return {
    ...store,
    behaviour,
    nowMs,
    now: () => Math.floor(nowMs() / 1000),
    at: (atMs, work) => {
      const before = pinnedMs
      pinnedMs = atMs
      try {
        return work()
      } finally {
        pinnedMs = before
      }
    },
    moveClock: (byMs) => {
      store.put('setting', 'clock_offset_ms', { name: 'clock_offset_ms', value: numberOf('clock_offset_ms') + byMs })
    },
    newId: (prefix, length = 24) => `${prefix}_${randomText(seedInUse(), draw(), length)}`,
    random: (bound) => randomAt(seedInUse(), draw()) % bound,
    nextSequence: () => {
      const sequence = numberOf('sequence') + 1
      store.put('setting', 'sequence', { name: 'sequence', value: sequence })
      return sequence
    },
    request: () => current,
    during: (request, work) => {
      const before = current
      current = request
      try {
        return work()
      } finally {
        current = before
      }
    },
  }
}
