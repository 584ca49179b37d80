import type { ApplyInbox } from './apply-inbox.ts'
import type { Dependencies } from './dependencies.ts'
import type { DrainOutbox } from './drain-outbox.ts'
import type { RunTasks } from './run-tasks.ts'
import type { PlanSweep } from './sweep-place.ts'

interface WorkDependencies extends Pick<Dependencies, 'clock' | 'logger'> {
  readonly applyInbox: ApplyInbox
  readonly drainOutbox: DrainOutbox
  readonly runTasks: RunTasks
}

/** Does everything that is due now, once around. Answers how much there was. */
export type WorkOnce = () => Promise<number>

/** Inbox, outbox and tasks, once: each up to a batch. */
export const workOnce =
  ({ applyInbox, drainOutbox, runTasks }: WorkDependencies): WorkOnce =>
  async () => {
    const events = await applyInbox(batch)
    const effects = await drainOutbox(batch)
    const tasks = await runTasks(batch)
    return events.taken + effects.taken + tasks.taken
  }

const batch = 20

/** Work in the background of a process. `stop` resolves when what was under way has ended; a sweep ends soon, and leaves its rest. */
export interface Worker {
  readonly stop: () => Promise<void>
}

/**
 * Plans the sweep, and works until stopped: as fast as there is work, else looking again every `idleMs`. Tasks are run beside the
 * inbox and the outbox, since one of them may be a long sweep, for which neither events nor calls have to wait. Several workers, in
 * any number of processes, share the work safely. An outage of the database is logged and waited out, also where it keeps
 * the sweep from being planned: what nobody told us of is found by it alone.
 */
export const startWorker = (
  deps: WorkDependencies & { readonly planSweep: PlanSweep },
  { idleMs = 500 }: { readonly idleMs?: number } = {},
): Worker => {
  const { clock, logger, applyInbox, drainOutbox, runTasks, planSweep } = deps
  let stopping = false
  let isPlanned = false
  const tasks = async (): Promise<number> => {
    if (!isPlanned) await planSweep()
    isPlanned = true
    return (await runTasks(batch, () => stopping)).taken
  }
  const eventsAndEffects = async (): Promise<number> => {
    const events = await applyInbox(batch)
    const effects = await drainOutbox(batch)
    return events.taken + effects.taken
  }
  const loop = async (round: () => Promise<number>): Promise<void> => {
    while (!stopping) {
      const done = await round().catch((error: unknown) => {
        logger.log('error', 'work_failed', { detail: error instanceof Error ? error.message : String(error) })
        return 0
      })
      if (done === 0 && !stopping) await clock.sleep(idleMs)
    }
  }
  const running = Promise.all([loop(tasks), loop(eventsAndEffects)])
  return {
    stop: async () => {
      stopping = true
      await running
    },
  }
}
