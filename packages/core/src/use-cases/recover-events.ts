import { after, day, hour, instant, minute, type Instant } from '../kernel/instant.ts'
import { ListingInterrupted } from '../ports/listing-interrupted.ts'
import type { ProviderEvent } from '../ports/provider-event.ts'
import type { EventPeriod, ProviderEventHistory } from '../ports/provider-event-history.ts'
import type { Dependencies } from './dependencies.ts'
import type { ReceiveEvent } from './receive-event.ts'
import type { StillMine } from './sweep-place.ts'

/** What was found among what the provider has told. */
export interface RecoveredEvents {
  /** How many events were listed, most of them known. */
  readonly listed: number
  /** Of those, how many had not come by themselves. */
  readonly recovered: number
  /** All that was told before this has been gone through: the next time begins here. */
  readonly until: Instant
  /** When to go on, where that is sooner or later than the sweep would by itself. */
  readonly nextInMs?: number
  /** True where the provider did not answer. */
  readonly interrupted: boolean
}

/** The use case {@link recoverEvents}, wired. */
export type RecoverEvents = (since: Instant | undefined, stillMine?: StillMine) => Promise<RecoveredEvents>

/** What {@link recoverEvents} needs. */
export interface RecoverEventsDependencies extends Pick<Dependencies, 'unitOfWork' | 'clock' | 'settings' | 'logger'> {
  readonly eventHistory: ProviderEventHistory
  readonly receiveEvent: ReceiveEvent
}

/**
 * Takes in what the provider has told and nobody here has heard, from `since` until now, as if it were delivered only now.
 *
 * It begins an hour before `since`, since events may be listed late and clocks differ: where nobody knows any, a day before now,
 * and never more than 29 days, because Stripe forgets after 30. It goes a day at a time, oldest day first, and within a page oldest
 * first; order means nothing to whoever takes events in. What it lists while the same event is being delivered is taken in once.
 *
 * Where the provider does not answer, is left alone because it did not lately, or it has taken as long as a piece of work may, what was taken in stays, and the next time
 * begins with the day that was not gone through to its end. Again in 5 minutes where there was something or more is to come, in 10
 * after an interruption, or later, where the provider asks for that.
 *
 * Nothing more is listed once `stillMine` answers that somebody else does it now, and how far this had come then stays as it was.
 *
 * @throws whatever the database throws. What was taken in until then stays.
 */
export const recoverEvents =
  (deps: RecoverEventsDependencies): RecoverEvents =>
  async (since, stillMine = async () => true) => {
    const { eventHistory, clock, settings, logger } = deps
    const now = clock.now()
    const patientUntil = after(now, settings.leaseMs)
    let until = since ?? after(now, overlapMs - day)
    let listed = 0
    let recovered = 0
    let ending: Pick<RecoveredEvents, 'interrupted' | 'nextInMs'> = { interrupted: false }
    /** Whether it came to the end of it. */
    const goThrough = async (period: EventPeriod): Promise<boolean> => {
      for await (const page of eventHistory.events(period)) {
        if (!(await stillMine())) return false
        listed += page.length
        recovered += await takeIn(deps, page)
      }
      return true
    }
    try {
      const first = instant(Math.max(until - overlapMs, now - longestMs))
      for (let from = first; from < now; from = until) {
        if (from > first && clock.now() >= patientUntil) {
          ending = { interrupted: false, nextInMs: soonMs }
          break
        }
        const to = instant(Math.min(from + day, now))
        if (!(await goThrough({ from, to }))) break
        until = to
      }
    } catch (error) {
      if (!(error instanceof ListingInterrupted)) throw error
      const { message: detail, retryAfterMs = 0 } = error
      const nextInMs = Math.max(10 * minute, retryAfterMs)
      logger.log('warn', 'event_history_interrupted', { detail, retry_after_ms: nextInMs })
      ending = { interrupted: true, nextInMs }
    }
    if (recovered > 0) {
      logger.log('info', 'events_recovered', { found: recovered })
      ending = { nextInMs: soonMs, ...ending }
    }
    return { listed, recovered, until, ...ending }
  }

const overlapMs = hour
const longestMs = 29 * day
const soonMs = 5 * minute

/** Answers how many of a page had not come before. */
const takeIn = async (
  { unitOfWork, receiveEvent }: RecoverEventsDependencies,
  page: readonly ProviderEvent[],
): Promise<number> => {
  const known = await unitOfWork.read((tx) => Promise.all(page.map(({ id }) => tx.inbox.find(id))))
  const missed = page.filter((_, index) => known[index] === undefined).toReversed()
  let fresh = 0
  for (const event of missed) if ((await receiveEvent(event)) !== 'known') fresh += 1
  return fresh
}
