import { setTimeout as sleep } from 'node:timers/promises'
import { bullmqDispatch } from '@holdfast/adapter-bullmq'
import { after, createHoldfast, day, taskId, type ReservationId, type Task } from '@holdfast/core'
import { countWrites } from '../floors/tables.ts'
import type { RedisPlace } from '../redis-place.ts'
import type { Location } from '../scratch.ts'
import { wireHoldfast, type WiredHoldfast } from './holdfast-line.ts'
import { addTasks, countDoneTasks } from './holdfast-tasks.ts'
import type { TaskLine } from './line.ts'
import { ticket } from './sale-kinds.ts'

/**
 * The same tasks, each a job of BullMQ's: rows in the database as before, whose turn Redis says. All jobs are in Redis before the
 * first of them is worked off, since the queue is paused until then.
 */
export const bullmqTasks =
  (redis: RedisPlace) =>
  async (location: Location): Promise<TaskLine> => {
    const wired = await wireHoldfast(location, ticket())
    const { knex } = wired.database
    await putOffSweep(wired)
    const prefix = redis.nextPrefix()
    let running: Running | undefined
    const begin = async (workers: number): Promise<Running> => {
      await running?.stop()
      running = await beginWork(wired, { url: redis.url, prefix, workers })
      return running
    }
    return {
      async add(count, workers) {
        await (await begin(workers)).add(count)
      },
      async work(count) {
        await running?.work(count)
      },
      countDone: () => countDoneTasks(knex),
      ...(location.kind === 'sqlite' ? { countWrites: () => countWrites(knex) } : {}),
      async close() {
        await running?.stop()
        await wired.database.close()
      },
    }
  }

/** A dispatch that has begun to work, and whose queue of tasks is paused. */
interface Running {
  add(count: number): Promise<void>
  work(count: number): Promise<void>
  stop(): Promise<void>
}

const beginWork = async (
  { dependencies, database }: WiredHoldfast,
  { url, prefix, workers }: { readonly url: string; readonly prefix: string; readonly workers: number },
): Promise<Running> => {
  const { unitOfWork } = database
  const { clock } = dependencies
  const dispatch = bullmqDispatch({ unitOfWork, clock, connection: url, prefix, concurrency: workers })
  const holdfast = createHoldfast({ ...dependencies, unitOfWork: dispatch.unitOfWork })
  const queue = dispatch.queues.find(({ name }) => name === 'tasks')
  if (queue === undefined) throw new Error('The dispatch has no queue of tasks.')
  const countdown = counter()
  dispatch.start({
    ...holdfast,
    async runTasks(limit) {
      const drained = await holdfast.runTasks(limit)
      countdown.less(drained.taken)
      return drained
    },
  })
  // Once this one is done, the connections are there.
  const first = countdown.from(1)
  await dispatch.unitOfWork.run((tx) => {
    const body: Task = { type: 'complete_reservation', reservationId: `res_${prefix}_${clock.now()}` as ReservationId }
    return tx.tasks.append([{ id: taskId(body), body, dueAt: clock.now() }], clock.now())
  })
  await first
  await queue.pause()
  return {
    async add(count) {
      for (let added = 0; added < count; ) {
        const some = Math.min(announcedAtOnce, count - added)
        await addTasks(dispatch.unitOfWork, some)
        added += some
        while ((await queue.getJobCountByTypes('waiting')) < added) await sleep(2)
      }
    },
    async work(count) {
      const done = countdown.from(count)
      await queue.resume()
      await done
    },
    stop: () => dispatch.stop(),
  }
}

// Far fewer than what a dispatch remembers while it has yet to tell Redis.
const announcedAtOnce = 1_000

/** Tells when so many are done. It would otherwise be asked again and again, which costs time itself. */
const counter = () => {
  let left = 0
  let reach = (): void => {}
  return {
    from: (count: number): Promise<void> =>
      new Promise((resolve, reject) => {
        left = count
        const timer = setTimeout(() => reject(new Error(`${left} of ${count} tasks were not done.`)), patienceMs)
        reach = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    less(count: number): void {
      left -= count
      if (left === 0) reach()
    },
  }
}

const patienceMs = 120_000

/** Plans the sweep for tomorrow, so that it is no job today. */
const putOffSweep = ({ database, dependencies }: WiredHoldfast): Promise<void> =>
  database.unitOfWork.run((tx) => {
    const now = dependencies.clock.now()
    const body: Task = { type: 'sweep' }
    return tx.tasks.append([{ id: taskId(body), body, dueAt: after(now, day) }], now)
  })
