import { isoTime, type Instant, type TaskProgress } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import { showKeptValue } from './kept.ts'
import { time, words } from './parts.ts'

/** Which piece of work is asked about. */
export const taskQuery = z.strictObject({
  task_id: z
    .string()
    .regex(/^[\x21-\x7e]{1,400}$/)
    .openapi({ description: 'The `task_id` of another answer.', example: 'sweep_once:run_1' }),
})

/** A sweep that will be made. */
export const startedSweepAnswer = z
  .object({ message: words, task_id: z.string(), status: z.literal('started'), timestamp: time })
  .openapi('StartedSweep')

/** A sweep that was asked for, and when. */
export interface StartedSweep {
  readonly taskId: string
  readonly at: Instant
}

/** How far a piece of work has come. */
export const taskStatusAnswer = z
  .object({
    task_id: z.string(),
    status: z.enum(['PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE']),
    ready: z.boolean().openapi({ description: 'It has come to its end, well or not.' }),
    result: z.unknown().openapi({
      description:
        'What it came to; of what runs again, what it came to the last time. Null until it has run, and where it was given up.',
    }),
    message: words,
  })
  .openapi('TaskStatus')

const statuses = {
  waiting: 'PENDING',
  running: 'STARTED',
  retrying: 'RETRY',
  done: 'SUCCESS',
  dead: 'FAILURE',
} as const satisfies Record<TaskProgress['status'], z.infer<typeof taskStatusAnswer>['status']>

/** A sweep that will be made. */
export const showStartedSweep = (
  { taskId, at }: StartedSweep,
  { messages }: Catalogue,
): z.infer<typeof startedSweepAnswer> => ({
  message: messages.sweep_started,
  task_id: taskId,
  status: 'started',
  timestamp: isoTime(at),
})

/** How far a piece of work has come. What went wrong with one that was given up is for staff to see, among the dead letters. */
export const showTaskStatus = (
  { taskId, status, result, lastRun }: TaskProgress,
  { messages }: Catalogue,
): z.infer<typeof taskStatusAnswer> => ({
  task_id: taskId,
  status: statuses[status],
  ready: status === 'done' || status === 'dead',
  result: status === 'dead' ? null : showKeptValue(result ?? lastRun?.result ?? null),
  message: messages[`task_${status}`],
})
