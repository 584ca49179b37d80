import { err, ok, type Result } from '../kernel/result.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { IntentId, OrderId, OwnerId, PaymentId, ReservationId } from '../kernel/ids.ts'
import type { LastRun, Work } from '../ports/queue.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import type { Task } from '../task/task.ts'
import { mayTouch, type Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'

/** What is asked of {@link readTask}. */
export interface ReadTaskRequest {
  readonly actor: Actor
  /** Of a task, or of an effect that is owed to the outside. */
  readonly taskId: string
}

/**
 * How far a piece of work has come. `waiting`: nobody has begun. `running`: somebody is at it. `retrying`: it did not go well,
 * and is tried again. `done`, with its result. `dead`: given up, until somebody of the staff has it tried again.
 */
export interface TaskProgress {
  readonly taskId: string
  readonly status: 'waiting' | 'running' | 'retrying' | 'done' | 'dead'
  readonly tries: number
  readonly dueAt: Instant
  readonly result?: Json
  readonly lastError?: string
  /** What it came to the last time, where it runs again: a sweep, say, which plans its own next run. */
  readonly lastRun?: LastRun
}

/** The use case {@link readTask}, wired. */
export type ReadTask = (request: ReadTaskRequest) => Promise<Result<TaskProgress, { readonly code: 'task_not_found' }>>

/**
 * How far a piece of work in the background has come. An owner sees what is about their own things; what is about everybody,
 * such as a sweep, only staff. Refuses: `task_not_found`.
 */
export const readTask =
  ({ unitOfWork, clock }: Pick<Dependencies, 'unitOfWork' | 'clock'>): ReadTask =>
  ({ actor, taskId }) =>
    unitOfWork.read(async (tx) => {
      const now = clock.now()
      const task = await tx.tasks.find(taskId)
      if (task !== undefined) {
        const owner = actor.type === 'owner' ? await ownerOf(tx, task.body) : undefined
        return actor.type !== 'owner' || owner === actor.id
          ? ok(progressOf(task, now))
          : err({ code: 'task_not_found' })
      }
      const effect = await tx.outbox.find(taskId)
      const payment = effect && (await tx.payments.find(effect.body.paymentId))
      return effect === undefined || payment === undefined || !mayTouch(actor, payment.value.payment.owner)
        ? err({ code: 'task_not_found' })
        : ok(progressOf(effect, now))
    })

const progressOf = (work: Work<unknown>, now: Instant): TaskProgress => ({
  taskId: work.id,
  status: statusOf(work, now),
  tries: work.tries,
  dueAt: work.dueAt,
  ...(work.result === undefined ? {} : { result: work.result }),
  ...(work.lastError === undefined ? {} : { lastError: work.lastError }),
  ...(work.lastRun === undefined ? {} : { lastRun: work.lastRun }),
})

const statusOf = (work: Work<unknown>, now: Instant): TaskProgress['status'] => {
  if (work.status !== 'waiting') return work.status
  if (work.leasedUntil !== undefined && work.leasedUntil > now) return 'running'
  return work.tries > 0 ? 'retrying' : 'waiting'
}

const ownerOf = async (tx: Transaction, task: Task): Promise<OwnerId | undefined> => {
  switch (task.type) {
    case 'charge_balance':
    case 'complete_reservation':
      return (await tx.reservations.find(task.reservationId as ReservationId))?.value.owner
    case 'abandon_intent':
      return (await tx.intents.find(task.intentId as IntentId))?.value.owner
    case 'pay_from_wallet':
      return (await tx.payments.find(task.topUpId as PaymentId))?.value.payment.owner
    case 'expire_order':
      return (await tx.orders.find(task.orderId as OrderId))?.value.owner
    case 'sweep':
    case 'sweep_once':
      return undefined
  }
}
