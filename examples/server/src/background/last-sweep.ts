import { observeCommits } from '@holdfast/adapter-observability'
import { taskId, type Instant, type Json, type UnitOfWork } from '@holdfast/core'

/** What a sweep saw, see `sweep` in the core. */
export interface LastSweep {
  /** When it had ended. */
  readonly at: Instant
  readonly asked: number
  /** Of those, how many had moved at Stripe without our knowing. */
  readonly moved: number
  readonly failed: number
}

/** What the last sweep of this process saw. */
export interface LastSweepWatch {
  /** The same unit of work, watched. */
  readonly watch: (unitOfWork: UnitOfWork) => UnitOfWork
  /** `undefined`: none since this process began. */
  readonly read: () => LastSweep | undefined
}

/** Remembers what the last sweep of this process saw: once the task is planned again, its row says nothing of the run before. */
export const watchLastSweep = (): LastSweepWatch => {
  let last: LastSweep | undefined
  return {
    watch: (unitOfWork) =>
      observeCommits(unitOfWork, ({ tasks }) => {
        for (const move of tasks)
          if (move.type === 'finished' && move.id === sweepId)
            last = {
              at: move.at,
              asked: countIn(move.result, 'asked'),
              moved: countIn(move.result, 'moved'),
              failed: countIn(move.result, 'failed'),
            }
      }),
    read: () => last,
  }
}

/** What the planned sweep is known by among the tasks. */
export const sweepId = taskId({ type: 'sweep' })

const countIn = (result: Json | undefined, name: string): number => {
  const count: unknown =
    typeof result === 'object' && result !== null && !Array.isArray(result) ? Reflect.get(result, name) : undefined
  return typeof count === 'number' ? count : 0
}
