import type { Task } from '../task/task.ts'
import { taskId } from '../task/task.ts'
import type { Dependencies } from './dependencies.ts'

/** The use case {@link startSweep}, wired. */
export type StartSweep = () => Promise<{ readonly taskId: string }>

/**
 * Has a sweep made as soon as somebody is there to make it, beside those that plan themselves. It waits for one that is under
 * way: only one sweeps at a time. What it saw is kept under the id that is answered.
 */
export const startSweep =
  ({ unitOfWork, clock, ids }: Pick<Dependencies, 'unitOfWork' | 'clock' | 'ids'>): StartSweep =>
  () =>
    unitOfWork.run(async (tx) => {
      const now = clock.now()
      const task: Task = { type: 'sweep_once', runId: ids.next('run') }
      const id = taskId(task)
      await tx.tasks.append([{ id, body: task, dueAt: now }], now)
      return { taskId: id }
    })
