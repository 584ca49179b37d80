import type { PaymentId } from '../kernel/ids.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { ProviderNews } from '../ports/provider-event.ts'
import type { QueueName } from '../ports/queue.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import type { Task } from '../task/task.ts'
import { actorName, type Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import { claimKey, settleKey, type KeyReused } from './request-key.ts'

/** What is asked of {@link retryWork}. */
export interface RetryWorkRequest {
  readonly actor: Exclude<Actor, { readonly type: 'owner' }>
  readonly queue: QueueName
  /** Of a piece of work that was given up. */
  readonly workId: string
  readonly idempotencyKey?: string
}

/** What {@link retryWork} answers. */
export type RetryWorkOutcome = Result<{ readonly workId: string }, KeyReused | { readonly code: 'work_not_found' }>
/** The use case {@link retryWork}, wired. */
export type RetryWork = (request: RetryWorkRequest) => Promise<RetryWorkOutcome>

/**
 * Makes a piece of work that was given up wait again, its tries forgotten. It is due at once.
 *
 * Who did it is logged as `work_retried`, and stands as a command in the story of the payment that the piece concerns:
 * `retry_effect`, `retry_event` or `retry_task`. Some concern none, and of some it is not known.
 *
 * Refuses, first match wins: `idempotency_key_reused`, `work_not_found` (also where it is no longer given up).
 */
export const retryWork =
  ({ unitOfWork, clock, logger }: Pick<Dependencies, 'unitOfWork' | 'clock' | 'logger'>): RetryWork =>
  async (request) => {
    const { actor, queue, workId } = request
    const by = actorName(actor)
    // Without a lock: what a piece is about never changes.
    const paymentId = await unitOfWork.read((tx) => concernedBy[queue](tx, workId))
    const { outcome, isRetried } = await unitOfWork.run(async (tx): Promise<Retried> => {
      const at = clock.now()
      const claim = await claimKey<RetryWorkOutcome>(tx, request, { useCase: `retry_${queue}`, id: workId }, at)
      if (claim.type === 'reused') return { outcome: err({ code: 'idempotency_key_reused' }), isRetried: false }
      if (claim.type === 'settled') return { outcome: claim.outcome, isRetried: false }
      if (!(await tx[queue].revive(workId, at)))
        return { outcome: await settleKey(tx, request, err({ code: 'work_not_found' })), isRetried: false }
      const type = whatIsIn[queue]
      if (paymentId !== undefined)
        await tx.timeline.append([
          { paymentId, at, type: 'command', about: { type, id: workId }, name: `retry_${type}`, actor: by, data: {} },
        ])
      return { outcome: await settleKey(tx, request, ok({ workId })), isRetried: true }
    })
    if (isRetried)
      logger.log('info', 'work_retried', {
        queue,
        id: workId,
        actor: by,
        ...(paymentId === undefined ? {} : { payment_id: paymentId }),
      })
    return outcome
  }

interface Retried {
  readonly outcome: RetryWorkOutcome
  /** Whether it was done now, and not found out to have been done. */
  readonly isRetried: boolean
}

const whatIsIn = { outbox: 'effect', inbox: 'event', tasks: 'task' } as const satisfies Record<QueueName, string>

/** Which payment a piece concerns. Read without a lock: what a piece is about never changes. */
const concernedBy: Readonly<Record<QueueName, (tx: Transaction, id: string) => Promise<PaymentId | undefined>>> = {
  outbox: async (tx, id) => (await tx.outbox.find(id))?.body.paymentId,
  inbox: async (tx, id) => {
    const event = (await tx.inbox.find(id))?.body
    return event === undefined ? undefined : concernedByNews(tx, event.news)
  },
  tasks: async (tx, id) => {
    const task = (await tx.tasks.find(id))?.body
    return task === undefined ? undefined : concernedByTask(tx, task)
  },
}

const concernedByNews = async (tx: Transaction, news: ProviderNews): Promise<PaymentId | undefined> => {
  const find = async (by: Parameters<Transaction['payments']['findPaymentOf']>[0]): Promise<PaymentId | undefined> =>
    (await tx.payments.findPaymentOf(by))?.paymentId
  switch (news.about) {
    case 'attempt': {
      const { attemptId, providerId } = news
      return find({
        ...(attemptId === undefined ? {} : { attemptId }),
        ...(providerId === undefined ? {} : { providerId }),
      })
    }
    case 'refund':
      return find({ chargeId: news.report.chargeId })
    case 'dispute':
      return find({ chargeId: news.chargeId })
    case 'payment_methods':
    case 'nothing':
      return undefined
  }
}

const concernedByTask = async (tx: Transaction, task: Task): Promise<PaymentId | undefined> => {
  switch (task.type) {
    case 'charge_balance': {
      const reservation = (await tx.reservations.find(task.reservationId))?.value
      return reservation?.balance?.paymentId ?? reservation?.paymentId
    }
    case 'complete_reservation':
      return (await tx.reservations.find(task.reservationId))?.value.paymentId
    case 'abandon_intent':
    case 'pay_from_wallet':
      return (await tx.intents.find(task.intentId))?.value.paymentId
    case 'expire_order':
      return (await tx.orders.find(task.orderId))?.value.paymentId
    case 'sweep':
    case 'sweep_once':
      return undefined
  }
}
