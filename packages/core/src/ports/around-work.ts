import type { QueueName } from './queue.ts'

/** A piece of work that is done in the background. */
export interface WorkPiece {
  readonly queue: QueueName
  readonly id: string
  /** Of an event its type, of an effect and of a task theirs. */
  readonly type: string
}

/**
 * What a host does around each piece of work that is done in the background, such as to trace it. It has to do the work, once, and
 * answers or throws what that does.
 */
export type AroundWork = <Outcome>(piece: WorkPiece, work: () => Promise<Outcome>) => Promise<Outcome>

/** Nothing but the work. */
export const nothingAround: AroundWork = (_piece, work) => work()
