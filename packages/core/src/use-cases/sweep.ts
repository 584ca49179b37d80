import { after, isoTime, minute, second, type Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { PlannedSweep } from '../task/task.ts'
import type { AskAboutDue, AskedAboutDue } from './ask-about-due.ts'
import type { Dependencies } from './dependencies.ts'
import { endTask } from './end-task.ts'
import type { RecoveredEvents, RecoverEvents } from './recover-events.ts'
import { keepSweepPlace, never, takeSweepPlace, type IsStopping, type SweepPlace } from './sweep-place.ts'

/** What one sweep saw. `nextInMs`: when to sweep again. */
export interface Swept extends AskedAboutDue {
  /** What was found among what the provider has told. Absent: this host has no history of that. */
  readonly events?: Omit<RecoveredEvents, 'nextInMs'>
  readonly nextInMs: number
}

/** Somebody sweeps already. Their place is free at `heldUntil`, should they have ended without a word; else they keep it. */
export interface SweepingAlready {
  readonly code: 'sweeping_already'
  readonly heldUntil: Instant
  readonly retryAfterMs: number
}

/** The use case {@link sweep}, wired. `isStopping`: asked before each few calls; once true, the sweep ends, and the next goes on with the rest. */
export type Sweep = (isStopping?: IsStopping) => Promise<Result<Swept, SweepingAlready>>

/** The use case {@link sweepInPlace}, wired. */
export type SweepInPlace = (
  place: SweepPlace,
  isStopping?: IsStopping,
) => Promise<{ readonly swept: Swept; readonly again: PlannedSweep }>

/** What {@link sweepInPlace} needs. */
export interface SweepInPlaceDependencies extends Pick<Dependencies, 'unitOfWork' | 'clock' | 'settings'> {
  readonly askAboutDue: AskAboutDue
  /** Absent: what was never delivered is found by asking alone. */
  readonly recoverEvents?: RecoverEvents
}

/**
 * Sweeps now, in the place of the sweep that is planned, which is planned anew from then on. Refuses: `sweeping_already`, since only
 * one sweeps at a time across all processes.
 *
 * @throws whatever the database throws. The place is given back, and the next sweep comes as after any error.
 */
export const sweep =
  (deps: Pick<Dependencies, 'unitOfWork' | 'clock' | 'settings'> & { readonly sweepInPlace: SweepInPlace }): Sweep =>
  async (isStopping) => {
    const { unitOfWork, clock } = deps
    const place = await takeSweepPlace(deps)
    if ('heldUntil' in place) return err({ code: 'sweeping_already', ...place, retryAfterMs: 5 * second })
    const { work } = place
    try {
      const { swept, again } = await deps.sweepInPlace(place, isStopping)
      await endTask(deps, work, { result: sweepResult(swept), againInMs: swept.nextInMs, again })
      return ok(swept)
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      await unitOfWork.run((tx) =>
        tx.tasks.postpone(work.id, work.lease, after(clock.now(), nextInMsAfterError), detail),
      )
      throw error
    }
  }

/**
 * Asks the provider about everything that may move there and is due for a look, even where its payment has ended here: attempts that
 * are alive, refunds on their way, and what has become of every charge. With webhooks off for ever, this alone brings everything to
 * its right end. Then takes in what the provider has told and never came; how far that has come stands in the body of the sweep
 * that is planned next, which begins there.
 *
 * It keeps its place for as long as it takes, and ends at once where it has lost it, or where its process is to end: then it comes again
 * in a minute, for whoever works by then. Again in 5 minutes where it found something, in
 * 15 where all was as expected, in 10 after an error. That the provider did not answer is no failure of the sweep.
 */
export const sweepInPlace =
  (deps: SweepInPlaceDependencies): SweepInPlace =>
  async (place, isStopping = never) => {
    const { body } = place.work
    const planned: PlannedSweep = body.type === 'sweep' ? body : { type: 'sweep' }
    const stillMine = keepSweepPlace(deps, place, isStopping)
    const asked = await deps.askAboutDue(stillMine)
    const nextInMs = asked.failed > 0 ? nextInMsAfterError : asked.moved > 0 ? 5 * minute : 15 * minute
    if (isStopping()) return { swept: { ...asked, nextInMs: minute }, again: planned }
    if (deps.recoverEvents === undefined) return { swept: { ...asked, nextInMs }, again: planned }
    const { nextInMs: soonerInMs, ...events } = await deps.recoverEvents(planned.eventsUntil, stillMine)
    return {
      swept: {
        ...asked,
        events,
        // As after an error in the sweep itself, which is not hurried either.
        nextInMs: isStopping()
          ? minute
          : events.interrupted || asked.failed === 0
            ? (soonerInMs ?? nextInMs)
            : nextInMs,
      },
      again: { ...planned, eventsUntil: events.until },
    }
  }

/** What is kept of a sweep that was made, see {@link sweepCountsOf}. */
export const sweepResult = ({ asked, moved, failed, events }: Swept): Json => ({
  asked,
  moved,
  failed,
  ...(events === undefined
    ? {}
    : { listed: events.listed, recovered: events.recovered, events_until: isoTime(events.until) }),
})

/** When to sweep again after an error. */
export const nextInMsAfterError = 10 * minute
