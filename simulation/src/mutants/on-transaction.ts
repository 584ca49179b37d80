import {
  effectId,
  type Effect,
  type Instant,
  type Message,
  type RefundReason,
  type Task,
  type Transaction,
} from '@holdfast/core'
import type { Sabotage } from '../system/process.ts'

/** Puts something else in the place of stores, in every transaction. */
export const onTransaction = (change: (tx: Transaction) => Partial<Transaction>): Sabotage => ({
  unitOfWork: (inner) => ({
    run: (work) => inner.run((tx) => work({ ...tx, ...change(tx) })),
    read: (work) => inner.read((tx) => work({ ...tx, ...change(tx) })),
  }),
})

/** The same, with the tables made without what would stop it. */
export const unstopped = (sabotage: Sabotage, ...without: readonly string[]): Sabotage => ({
  ...sabotage,
  database: { ...sabotage.database, without },
})

/** Forgets refunds for a reason: they are neither stored nor sent. */
export const withoutRefunds = (reason: RefundReason): Sabotage => {
  const kept = new Set<string>()
  return onTransaction(({ payments, outbox }) => ({
    payments: {
      ...payments,
      save: async (kase, expected, now) => {
        for (const refund of kase.refunds) if (refund.reason === reason) kept.add(refund.id)
        await payments.save({ ...kase, refunds: kase.refunds.filter(({ id }) => !kept.has(id)) }, expected, now)
      },
    },
    outbox: {
      ...outbox,
      append: (work, now) =>
        outbox.append(
          work.filter(({ body }) => !(body.type === 'send_refund' && kept.has(body.refundId))),
          now,
        ),
    },
  }))
}

/** Forgets messages of a kind: they are never owed. */
export const withoutMessages = (template: Message['template']): Sabotage => onMessages(template, () => [])

/** Owes something else in the place of each message of a kind. */
export const onMessages = (
  template: Message['template'],
  change: (message: Message) => readonly Message[],
): Sabotage => {
  const changed = (body: Effect): readonly Effect[] =>
    body.type === 'send_message' && body.message.template === template
      ? change(body.message).map((message) => ({ ...body, message }))
      : [body]
  return onTransaction(({ outbox }) => ({
    outbox: {
      ...outbox,
      append: (work, now) =>
        outbox.append(
          work.flatMap(({ body, dueAt }) => changed(body).map((each) => ({ id: effectId(each), body: each, dueAt }))),
          now,
        ),
    },
  }))
}

/** Plans a kind of task at another time, or never. */
export const onTasks = (type: Task['type'], dueAt: (asked: Instant) => Instant | undefined): Sabotage =>
  onTransaction(({ tasks }) => ({
    tasks: {
      ...tasks,
      append: (work, now) =>
        tasks.append(
          work.flatMap((piece) => {
            const at = piece.body.type === type ? dueAt(piece.dueAt) : piece.dueAt
            return at === undefined ? [] : [{ ...piece, dueAt: at }]
          }),
          now,
        ),
    },
  }))
