import { taskId, type Holdfast, type Task, type UnitOfWork } from '@holdfast/core'
import { randomIds, systemClock } from '@holdfast/core/system'
import type { Knex } from 'knex'
import { countWrites, readNumber } from '../floors/tables.ts'
import type { Location } from '../scratch.ts'
import { wireHoldfast } from './holdfast-line.ts'
import type { TaskLine } from './line.ts'
import { ticket } from './sale-kinds.ts'

/** The embedded runner: so many loops of `workOnce` in one process, as `startWorker` runs each of them. */
export const holdfastTasks = async (location: Location): Promise<TaskLine> => {
  const { holdfast, database } = await wireHoldfast(location, ticket())
  return {
    add: (count) => addTasks(database.unitOfWork, count),
    async work(_count, workers) {
      await Promise.all(Array.from({ length: workers }, () => workUntilIdle(holdfast)))
    },
    countDone: () => countDoneTasks(database.knex),
    ...(location.kind === 'sqlite' ? { countWrites: () => countWrites(database.knex) } : {}),
    close: () => database.close(),
  }
}

const workUntilIdle = async ({ workOnce }: Holdfast): Promise<void> => {
  let done: number
  do done = await workOnce()
  while (done > 0)
}

/**
 * Adds tasks that are due: the ends of orders that are not there. Each looks for its order and is done, so that what is
 * measured is the queue.
 */
export const addTasks = async (unitOfWork: UnitOfWork, count: number): Promise<void> => {
  for (let left = count; left > 0; left -= atOnce)
    await unitOfWork.run(async (tx) => {
      const now = systemClock().now()
      const tasks = Array.from(
        { length: Math.min(atOnce, left) },
        (): Task => ({ type: 'expire_order', orderId: orderIds.next('order') }),
      )
      await tx.tasks.append(
        tasks.map((body) => ({ id: taskId(body), body, dueAt: now })),
        now,
      )
    })
}

const orderIds = randomIds()

// One journey for each hundred of a transaction, and no transaction that takes long.
const atOnce = 500

/** Tasks that are done, and were so at the first try. */
export const countDoneTasks = (knex: Knex): Promise<number> =>
  readNumber(
    knex,
    `SELECT count(*) AS number FROM holdfast_tasks WHERE status = 'done' AND tries = 1 AND id LIKE 'expire_order:%'`,
  )
