import {
  effectId,
  taskId,
  type Effect,
  type PaymentCase,
  type ProviderEvent,
  type Queue,
  type Task,
  type Transaction,
  type Work,
} from '@holdfast/core'
import type { SubjectRecords } from './subject-records.ts'

/** Work about a payment that waits for its time, or was given up. */
export type OwedWork =
  | { readonly queue: 'outbox'; readonly work: Work<Effect> }
  | { readonly queue: 'inbox'; readonly work: Work<ProviderEvent> }
  | { readonly queue: 'tasks'; readonly work: Work<Task> }

/** All of it, of one payment. */
export const listOwedWork = async (
  tx: Transaction,
  kase: PaymentCase,
  subject: SubjectRecords,
): Promise<readonly OwedWork[]> => [
  ...(await owedEffects(tx, kase)),
  ...(await owedEvents(tx, kase)),
  ...(await owedTasks(tx, kase, subject)),
]

// How many of what waits for everybody are looked through for what is about one payment.
const looked = 500

/** Those of its attempts and refunds by name; messages and the rest among what waits and what was given up. */
const owedEffects = async (tx: Transaction, kase: PaymentCase): Promise<readonly OwedWork[]> => {
  const { payment, attempts, refunds } = kase
  const named: readonly Effect[] = [
    ...attempts.flatMap(({ id: attemptId }) =>
      (['open_session', 'charge_saved_card', 'close_attempt', 'look_up_attempt', 'look_up_charge'] as const).map(
        (type) => ({ type, paymentId: payment.id, attemptId }),
      ),
    ),
    ...refunds.flatMap(({ id: refundId }) =>
      (['send_refund', 'look_up_refund'] as const).map((type) => ({ type, paymentId: payment.id, refundId })),
    ),
  ]
  const found = new Map<string, Work<Effect>>()
  for (const effect of named) {
    const work = await tx.outbox.find(effectId(effect))
    if (work !== undefined && work.status !== 'done') found.set(work.id, work)
  }
  for (const work of await listOwed(tx.outbox)) if (work.body.paymentId === payment.id) found.set(work.id, work)
  return [...found.values()].map((work) => ({ queue: 'outbox', work }))
}

const owedEvents = async (tx: Transaction, { payment, attempts }: PaymentCase): Promise<readonly OwedWork[]> => {
  const known = new Set(
    attempts.flatMap((attempt) => [
      attempt.id as string,
      ...(attempt.providerId === undefined ? [] : [attempt.providerId]),
      ...(attempt.status === 'succeeded' ? [attempt.charge.id] : []),
    ]),
  )
  const isAbout = ({ news }: ProviderEvent): boolean => {
    switch (news.about) {
      case 'attempt':
        return news.paymentId === payment.id || known.has(news.providerId ?? '') || known.has(news.attemptId ?? '')
      case 'refund':
        return known.has(news.report.chargeId)
      case 'dispute':
        return known.has(news.chargeId)
      case 'payment_methods':
      case 'nothing':
        return false
    }
  }
  return (await listOwed(tx.inbox)).filter(({ body }) => isAbout(body)).map((work) => ({ queue: 'inbox', work }))
}

const owedTasks = async (
  tx: Transaction,
  { payment }: PaymentCase,
  { intent, reservation, order }: SubjectRecords,
): Promise<readonly OwedWork[]> => {
  const tasks: readonly Task[] = [
    // An intent that has ended is not given up any more, whatever waits for its hour.
    ...(intent?.status !== 'open'
      ? []
      : [
          { type: 'abandon_intent' as const, intentId: intent.id },
          { type: 'pay_from_wallet' as const, intentId: intent.id, topUpId: payment.id },
        ]),
    ...(reservation === undefined
      ? []
      : (['charge_balance', 'complete_reservation'] as const).map((type) => ({ type, reservationId: reservation.id }))),
    ...(order?.status === 'pending' ? [{ type: 'expire_order' as const, orderId: order.id }] : []),
  ]
  const owed: OwedWork[] = []
  for (const task of tasks) {
    const work = await tx.tasks.find(taskId(task))
    if (work !== undefined && work.status !== 'done') owed.push({ queue: 'tasks', work })
  }
  return owed
}

const listOwed = async <Body>(queue: Pick<Queue<Body>, 'list'>): Promise<readonly Work<Body>[]> => [
  ...(await queue.list({ status: 'dead', limit: looked })),
  ...(await queue.list({ status: 'waiting', limit: looked })),
]
