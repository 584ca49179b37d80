import { after } from '../kernel/instant.ts'
import type { Leased } from '../ports/queue.ts'
import type { Task } from '../task/task.ts'
import type { Dependencies } from './dependencies.ts'
import type { Ran } from './ran.ts'

/** What a task has come to. `again`: what runs again, where that is not quite the same. */
export interface RanTask extends Ran {
  readonly again?: Task
}

/** Ends a task with what it has come to, and plans its next run, if it has one. Whoever has lost it changes nothing. */
export const endTask = (
  { unitOfWork, clock }: Pick<Dependencies, 'unitOfWork' | 'clock'>,
  { id, body, lease }: Leased<Task>,
  { result, againInMs, again = body }: RanTask,
): Promise<void> =>
  unitOfWork.run(async (tx) => {
    const now = clock.now()
    const mine = await tx.tasks.finish(id, lease, { at: now, result })
    if (mine && againInMs !== undefined) await tx.tasks.append([{ id, body: again, dueAt: after(now, againInMs) }], now)
  })
